// Fields: a small map from name to text in one contiguous buffer. Plans and facts of ten thousand
// migrations are held at once, so a node a field would cost more than the text itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace migledger::ledger {

class Fields {
 public:
  Fields() = default;
  Fields(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  // Adds or replaces. `name` is at most 255 bytes, `value` at most 4 GiB; throws std::length_error.
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

  // Makes room for so much more than there is, and no more than that: many are held, and few grow
  // often. Each field takes kHeader bytes and those of its name and value.
  static constexpr std::size_t kHeader = 5;
  void reserve(std::size_t bytes);

  // The value, or empty when there is none. Valid until the next change.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  bool empty() const { return packed_.empty(); }
  std::size_t size() const;

  // Calls f(name, value) in the order of first insertion.
  template <typename F>
  void for_each(F&& f) const {
    for (std::size_t at = 0; at < packed_.size();) {
      const Entry e = entry(at);
      f(e.name, e.value);
      at = e.end;
    }
  }

  // Sorted by name: the order in which fields are recorded.
  Fields sorted() const;

  friend bool operator==(const Fields& a, const Fields& b) { return a.packed_ == b.packed_; }

  // What somebody has made of these fields, kept with them until they change: texts that are read
  // often are parsed once. Null: nothing yet. Not for several threads at once.
  const std::shared_ptr<const void>& made_of_them() const { return made_; }
  void keep(std::shared_ptr<const void> made) const { made_ = std::move(made); }

 private:
  struct Entry {
    std::string_view name;
    std::string_view value;
    std::size_t end;
  };
  Entry entry(std::size_t at) const;
  std::optional<std::pair<std::size_t, Entry>> find(std::string_view name) const;

  mutable std::shared_ptr<const void> made_;
  std::string packed_;  // name length (1), value length (4, host order), name, value; repeated
};

}  // namespace migledger::ledger
