// ListIndex: the elements of a list by what they are looked up by. Ten thousand migrations look
// into one list, so none may walk through all of it; and since each wants one element of the ten
// thousand, the pages stay as text and only what is found is parsed.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace migledger::workflow {

class ListIndex {
 public:
  using Item = std::shared_ptr<const boost::json::value>;
  using Found = std::vector<boost::json::value>;

  // The list that `pages` hold, in their order. Null, and the pages are left as they are, when one
  // of them is no list (json_text.h, elements_of).
  static std::shared_ptr<const ListIndex> of(std::vector<std::string>&& pages);
  ~ListIndex();

  // What is found, in the order of the list. An element that cannot be parsed is found as null.
  Item by_id(std::string_view id) const;                // by id, else identifier; null: none
  Found named(std::string_view name) const;             // by displayName, else name
  Found with_stem(std::string_view stem) const;         // by the stem of the tag migledger-key
  Found named_by_stem(std::string_view stem) const;     // by the stem of a key that is the name
  Found from_source(std::string_view source) const;     // by the tag migledger-source
  Found about_object(std::string_view object) const;    // work requests by source object
  Found about_objects_of(std::string_view stem) const;  // … by the stem of the key in its name
  Found of_instance(std::string_view instance) const;   // attachments, by instance

  // All of them, parsed at the first call.
  const boost::json::array& items() const;

  const std::vector<std::string>& pages() const { return pages_; }
  std::size_t size() const { return items_.size(); }

 private:
  class Table;
  enum Kind : std::uint8_t {
    ids,
    names,
    stems,
    name_stems,
    sources,
    objects,
    object_stems,
    instances,
    kinds
  };

  ListIndex();
  // Calls `take` with each text by which `item` is looked up.
  static void each_key(std::string_view item, Kind kind,
                       const std::function<void(std::string_view)>& take);
  const Table& table(Kind kind) const;  // made at the first call
  Found find(Kind kind, std::string_view key) const;

  std::vector<std::string> pages_;
  std::vector<std::string_view> items_;  // into the pages
  mutable std::unique_ptr<const Table> tables_[kinds];
  mutable std::unique_ptr<const boost::json::array> parsed_;
};

}  // namespace migledger::workflow
