#include "workflow/model/step.h"

#include <algorithm>

#include "ledger/base/sha256.h"
#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

// The first 12 hexadecimal digits of SHA-256 over `parts`, each ended by a zero byte.
std::string short_digest(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const auto part : parts) joined.append(part).push_back('\0');
  const ledger::Digest digest = ledger::sha256(ledger::bytes_of(joined));
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto byte = static_cast<unsigned>(digest[i]);
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

std::string key_start(std::string_view ledger_id) {
  return std::string("ml-").append(ledger_id.substr(0, 12)).append("-");
}

}  // namespace

std::string View::key() const {
  return idempotency_key(ledger_id, state.name, source(), state.step_name(step), generation);
}

std::string idempotency_key(std::string_view ledger_id, std::string_view migration,
                            std::string_view source, std::string_view step,
                            std::uint16_t generation) {
  std::string key = key_start(ledger_id);
  key.append(short_digest({migration, source})).append("-");
  key.append(step.substr(0, 24)).append("-").append(std::to_string(generation));
  return key;
}

std::string_view key_stem(std::string_view key) {
  const auto dash = key.rfind('-');
  return dash == std::string_view::npos ? std::string_view() : key.substr(0, dash);
}

bool is_key_of(std::string_view key, std::string_view ledger_id) {
  return key.starts_with(key_start(ledger_id));
}

Verdict Verdict::pending(std::string_view state, int percent) {
  Verdict verdict;
  verdict.kind = Kind::pending;
  // As the cloud calls it, but no pages of it.
  constexpr std::size_t kLongest = 255;
  verdict.state = state.substr(0, kLongest);
  verdict.percent = percent;
  return verdict;
}

Verdict Verdict::pending_as_before(const View& view) {
  return pending(view.state.reading.state, view.state.reading.percent);
}

Verdict Verdict::ok(ledger::Fields facts) {
  Verdict verdict;
  verdict.kind = Kind::ok;
  verdict.facts = std::move(facts);
  return verdict;
}

Verdict Verdict::dead(ErrorClass error_class, std::string code, std::string message) {
  Verdict verdict;
  verdict.kind = Kind::dead;
  verdict.failure.error_class = error_class;
  verdict.failure.code = std::move(code);
  verdict.failure.message = std::move(message);
  return verdict;
}

Verdict Verdict::refused(std::string message, std::string need) {
  Verdict verdict;
  verdict.kind = Kind::refused;
  verdict.failure.error_class = ErrorClass::FATAL;
  verdict.failure.message = std::move(message);
  verdict.need = std::move(need);
  return verdict;
}

namespace {

Failure why_no_answer(const Answer& answer) {
  Failure failure = classify(answer.reply, false);
  if (failure) return failure;
  failure.error_class = ErrorClass::RETRY;
  failure.status = answer.reply.status;
  failure.code = "UnexpectedReply";
  failure.message = "the reply does not have the expected form";
  failure.request_id = answer.reply.request_id();
  return failure;
}

}  // namespace

Verdict Verdict::cannot_look(const Answer& answer) {
  Verdict verdict;
  verdict.failure = why_no_answer(answer);
  return verdict;
}

Sighting Sighting::cannot_look(const Answer& answer) {
  Sighting sighting;
  sighting.failure = why_no_answer(answer);
  return sighting;
}

std::string stem_of(const View& view, std::string_view step) {
  const std::string key = idempotency_key(view.ledger_id, view.state.name, view.source(), step, 1);
  return std::string(key_stem(key));
}

StepIndex Workflow::index_of(std::string_view step) const {
  for (StepIndex i = 0; i < steps.size(); ++i)
    if (steps[i].name == step) return i;
  return ledger::kNoStep;
}

bool Workflow::matches(const MigrationState& state) const {
  if (name != state.workflow || steps.size() != state.step_count()) return false;
  for (StepIndex i = 0; i < steps.size(); ++i)
    if (steps[i].name != state.step_name(i)) return false;
  return true;
}

std::uint16_t Workflow::forward_count() const {
  const auto undoing = std::find_if(steps.begin(), steps.end(), [](const Step& step) {
    return (step.modes & in(Mode::forward)) == 0;
  });
  return static_cast<std::uint16_t>(undoing - steps.begin());
}

}  // namespace migledger::workflow
