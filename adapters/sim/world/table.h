// Table: rows of one kind, by id and by whatever else they are looked for by, in order of age. What
// is changed is kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "adapters/sim/world/pack.h"
#include "adapters/sim/world/random.h"
#include "adapters/sim/world/records.h"

namespace migledger::adapters::sim {

// Rows of one kind by hash of what they are looked for by, then by age. A hit is to be compared
// with what was looked for: hashes may collide.
template <typename T>
class Index {
 public:
  void add(std::uint64_t hash, std::uint64_t seq, T* row) { rows_[{hash, seq}] = row; }
  void remove(std::uint64_t hash, std::uint64_t seq) { rows_.erase({hash, seq}); }

  // Calls row(seq, T&) for all of that hash younger than `after` while it returns true.
  template <typename F>
  void scan(std::uint64_t hash, std::uint64_t after, F&& row) const {
    for (auto it = rows_.upper_bound({hash, after}); it != rows_.end() && it->first.first == hash;
         ++it)
      if (!row(it->first.second, *it->second)) return;
  }

 private:
  std::map<std::pair<std::uint64_t, std::uint64_t>, T*> rows_;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash_of(text); }
};
template <typename T>
using Rows = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// Where the rows of tables are kept, and who numbers and forgets them.
class RowKeeper {
 public:
  virtual ~RowKeeper() = default;
  virtual bool keeps() const = 0;  // false: nothing outlives the process
  virtual void save(std::string key, std::string value) = 0;
  virtual void drop(std::string key) = 0;
  virtual std::uint64_t next_seq() = 0;
  // The row has ended its life then, and is to be forgotten some hours later.
  virtual void ends(Time at, char letter, const std::string& id) = 0;
};

// T has `id`, `seq` and `timeline`, and a function each_hash(const T&, f) that calls f with each
// hash by which it is found (key_of).
template <typename T>
class Table {
 public:
  // Rows are kept under `letter` and their id.
  Table(char letter, RowKeeper& keeper) : letter_(letter), keeper_(keeper) {}

  // Null: no such.
  T* find(std::string_view id) {
    const auto it = rows_.find(id);
    return it == rows_.end() ? nullptr : &it->second;
  }

  T& add(T row) {
    row.seq = keeper_.next_seq();
    const std::string id = row.id;
    T& added = rows_[id] = std::move(row);
    index(added);
    keep(added);
    return added;
  }

  // Keeps what change(row) does; nothing when it throws.
  template <typename F>
  void update(T& row, F&& change) {
    T changed = row;
    change(changed);
    unindex(row);
    row = std::move(changed);
    index(row);
    keep(row);
  }

  // Calls row(seq, T&) for all of that hash younger than `after` while it returns true.
  template <typename F>
  void scan(std::uint64_t hash, std::uint64_t after, F&& row) const {
    index_.scan(hash, after, std::forward<F>(row));
  }

  void load(std::string_view id, std::string_view bytes) {
    T& row = rows_[std::string(id)] = unpack<T>(bytes);
    index(row);
    end(row);
  }

  void forget(const std::string& id, Time now) {
    T* row = find(id);
    if (!row || !ends_life(row->timeline.at(now))) return;
    unindex(*row);
    rows_.erase(id);
    keeper_.drop(letter_ + id);
  }

 private:
  void index(T& row) {
    each_hash(row, [&](std::uint64_t hash) { index_.add(hash, row.seq, &row); });
  }
  void unindex(T& row) {
    each_hash(row, [&](std::uint64_t hash) { index_.remove(hash, row.seq); });
  }
  void keep(const T& row) {
    if (keeper_.keeps()) keeper_.save(letter_ + row.id, pack(row));
    end(row);
  }
  void end(const T& row) {
    if (ends_life(row.timeline.last())) keeper_.ends(row.timeline.end(), letter_, row.id);
  }

  const char letter_;
  RowKeeper& keeper_;
  Rows<T> rows_;
  Index<T> index_;
};

}  // namespace migledger::adapters::sim
