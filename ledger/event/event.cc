#include "ledger/event/event.h"

#include <utility>
#include <vector>

namespace migledger::ledger {

namespace {
// Most events fit; ten thousand drafts may wait for one sync, and the default takes 8 KiB each.
constexpr unsigned kFirstSegmentWords = 64;
}  // namespace

std::string position_words(Position position) { return "position " + std::to_string(position); }

EventDraft::EventDraft(StreamId stream, Time time, Position session, Position cause)
    : stream_(stream),
      message_(std::make_unique<capnp::MallocMessageBuilder>(kFirstSegmentWords)),
      event_(message_->initRoot<schema::Event>()) {
  event_.setRawTime(to_micros(time));
  event_.setSession(session);
  event_.setCause(cause);
}

void fill(capnp::List<schema::Field>::Builder list, const Fields& fields) {
  unsigned i = 0;
  fields.for_each([&](std::string_view name, std::string_view value) {
    auto field = list[i++];
    auto to_name = field.initName(static_cast<unsigned>(name.size()));
    std::copy(name.begin(), name.end(), to_name.begin());
    auto to_value = field.initValue(static_cast<unsigned>(value.size()));
    std::copy(value.begin(), value.end(), to_value.begin());
  });
}

void merge(Fields& fields, capnp::List<schema::Field>::Reader list) {
  // Read once, for the length and for the text: a replay does little else.
  thread_local std::vector<std::pair<std::string_view, std::string_view>> read;
  read.clear();
  std::size_t bytes = 0;
  for (const auto field : list) {
    const auto& [name, value] = read.emplace_back(view(field.getName()), view(field.getValue()));
    bytes += Fields::kHeader + name.size() + value.size();
  }
  fields.reserve(bytes);
  for (const auto& [name, value] : read) fields.set(name, value);
}

}  // namespace migledger::ledger
