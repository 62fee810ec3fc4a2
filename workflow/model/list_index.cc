#include "workflow/model/list_index.h"

#include <functional>

#include "workflow/cloud/json.h"
#include "workflow/cloud/json_text.h"
#include "workflow/model/ownership.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

namespace {

using Path = std::span<const std::string_view>;
using Take = std::function<void(std::string_view)>;

constexpr std::string_view kId[] = {"id"};
constexpr std::string_view kIdentifier[] = {"identifier"};  // as the search service calls it
constexpr std::string_view kDisplayName[] = {"displayName"};
constexpr std::string_view kName[] = {"name"};
constexpr std::string_view kKey[] = {"freeformTags", kTagKey};
constexpr std::string_view kSource[] = {"freeformTags", kTagSource};
constexpr std::string_view kUpperObject[] = {"resources", "metadata", "OBJECT"};
constexpr std::string_view kLowerObject[] = {"resources", "metadata", "object"};
constexpr std::string_view kInstance[] = {"instanceId"};

// A whole list is parsed into few large pieces of memory.
constexpr std::size_t kPiece = 16 << 10;

// Gives the texts at `first`, or when there are none, those at `second`.
void texts_at(std::string_view item, Path first, Path second, const Take& take) {
  bool any = false;
  each_text_at(item, first, [&](std::string_view text) {
    any = any || !text.empty();
    take(text);
  });
  if (!any) each_text_at(item, second, take);
}

// In one piece of memory; null when it cannot be parsed.
boost::json::value parsed(std::string_view item) {
  boost::system::error_code bad;
  return boost::json::parse(
      item, bad,
      boost::json::make_shared_resource<boost::json::monotonic_resource>(2 * item.size()));
}

}  // namespace

// From the hash of a key to items, by open addressing: no node is allocated for an entry.
class ListIndex::Table {
 public:
  explicit Table(std::size_t expected) { resize(expected * 2); }

  void add(std::string_view key, std::uint32_t item) {
    entries_.push_back({std::hash<std::string_view>()(key), item});
    if (entries_.size() * 2 > slots_.size()) {
      resize(slots_.size() * 2);
    } else {
      place(entries_.size() - 1);
    }
  }

  // Calls f(item) for each that was added under a key with the hash of `key`, in that order.
  template <typename F>
  void each(std::string_view key, F&& f) const {
    const std::size_t hash = std::hash<std::string_view>()(key);
    for (std::size_t at = hash & mask(); slots_[at] != kFree; at = (at + 1) & mask())
      if (entries_[slots_[at]].hash == hash) f(entries_[slots_[at]].item);
  }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  struct Entry {
    std::size_t hash;
    std::uint32_t item;
  };

  std::size_t mask() const { return slots_.size() - 1; }
  void place(std::size_t entry) {
    std::size_t at = entries_[entry].hash & mask();
    while (slots_[at] != kFree) at = (at + 1) & mask();
    slots_[at] = static_cast<std::uint32_t>(entry);
  }
  void resize(std::size_t least) {
    std::size_t size = 8;
    while (size < least) size *= 2;
    slots_.assign(size, kFree);
    for (std::size_t entry = 0; entry < entries_.size(); ++entry) place(entry);
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;
};

ListIndex::ListIndex() = default;
ListIndex::~ListIndex() = default;

std::shared_ptr<const ListIndex> ListIndex::of(std::vector<std::string>&& pages) {
  const std::shared_ptr<ListIndex> list(new ListIndex());
  list->pages_ = std::move(pages);
  for (const auto& page : list->pages_) {
    const auto elements = elements_of(page);
    if (!elements) {
      pages = std::move(list->pages_);
      return nullptr;
    }
    list->items_.insert(list->items_.end(), elements->begin(), elements->end());
  }
  return list;
}

void ListIndex::each_key(std::string_view item, Kind kind, const Take& take) {
  switch (kind) {
    case ids:
      texts_at(item, kId, kIdentifier, take);
      break;
    case names:
      texts_at(item, kDisplayName, kName, take);
      break;
    case stems:
      each_text_at(item, kKey, [&](std::string_view key) { take(key_stem(key)); });
      break;
    case name_stems:
      texts_at(item, kDisplayName, kName, [&](std::string_view name) { take(key_stem(name)); });
      break;
    case sources:
      each_text_at(item, kSource, take);
      break;
    case objects:
      texts_at(item, kUpperObject, kLowerObject, take);
      break;
    case object_stems:
      texts_at(item, kUpperObject, kLowerObject,
               [&](std::string_view name) { take(key_stem(key_of_object(name))); });
      break;
    case instances:
      each_text_at(item, kInstance, take);
      break;
    case kinds:
      break;
  }
}

const ListIndex::Table& ListIndex::table(Kind kind) const {
  auto& table = tables_[kind];
  if (!table) {
    auto made = std::make_unique<Table>(items_.size());
    for (std::uint32_t i = 0; i < items_.size(); ++i)
      each_key(items_[i], kind, [&](std::string_view key) { made->add(key, i); });
    table = std::move(made);
  }
  return *table;
}

ListIndex::Found ListIndex::find(Kind kind, std::string_view key) const {
  Found found;
  if (key.empty()) return found;
  table(kind).each(key, [&](std::uint32_t i) {
    bool same = false;
    each_key(items_[i], kind, [&](std::string_view text) { same = same || text == key; });
    if (same) found.push_back(parsed(items_[i]));
  });
  return found;
}

ListIndex::Item ListIndex::by_id(std::string_view id) const {
  Found found = find(ids, id);
  if (found.empty()) return nullptr;
  return std::make_shared<const boost::json::value>(std::move(found.front()));
}
ListIndex::Found ListIndex::named(std::string_view name) const { return find(names, name); }
ListIndex::Found ListIndex::with_stem(std::string_view stem) const { return find(stems, stem); }
ListIndex::Found ListIndex::named_by_stem(std::string_view stem) const {
  return find(name_stems, stem);
}
ListIndex::Found ListIndex::from_source(std::string_view source) const {
  return find(sources, source);
}
ListIndex::Found ListIndex::about_object(std::string_view object) const {
  return find(objects, object);
}
ListIndex::Found ListIndex::about_objects_of(std::string_view stem) const {
  return find(object_stems, stem);
}
ListIndex::Found ListIndex::of_instance(std::string_view instance) const {
  return find(instances, instance);
}

const boost::json::array& ListIndex::items() const {
  if (!parsed_) {
    boost::json::array all(
        boost::json::make_shared_resource<boost::json::monotonic_resource>(kPiece));
    all.reserve(items_.size());
    boost::system::error_code bad;
    for (const auto item : items_) all.push_back(boost::json::parse(item, bad, all.storage()));
    parsed_ = std::make_unique<const boost::json::array>(std::move(all));
  }
  return *parsed_;
}

}  // namespace migledger::workflow
