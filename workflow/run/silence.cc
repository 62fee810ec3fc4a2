#include "workflow/run/silence.h"

#include <algorithm>
#include <array>

#include "workflow/cloud/redact.h"

namespace migledger::workflow {

namespace {

// By the first word of Reply::error.
bool is_of_the_program(std::string_view error) {
  constexpr std::array<std::string_view, 4> kWords = {
      "program: ", "usage: ", "failed: ", "garbled: "};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return error.starts_with(word); });
}

void count(unsigned& failures, Time& counted, Time now, Duration together) {
  if (failures > 0 && now - counted < together) return;
  ++failures;
  counted = now;
}

}  // namespace

void Silence::heard(const Reply& reply, Time now) {
  if (reply.delivery == Reply::Delivery::replied) {
    answered_ = true;
    silent_ = broken_ = 0;
    return;
  }
  count(silent_, counted_silent_, now, kTogether);
  if (is_of_the_program(reply.error)) {
    count(broken_, counted_broken_, now, kTogether);
  } else {
    broken_ = 0;
  }
  const std::string said = redact_text(reply.error);
  if (broken_ >= kMostBroken) {
    verdict_ = "the program that talks to the cloud does not work: " + said;
  } else if (!answered_ && silent_ >= kMostSilent) {
    verdict_ = "the cloud cannot be reached: " + said;
  }
}

}  // namespace migledger::workflow
