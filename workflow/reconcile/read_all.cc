#include "workflow/reconcile/read_all.h"

#include <algorithm>

#include "workflow/cloud/retry_policy.h"

namespace migledger::workflow {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kMostAttempts = 6;
// Every call ends by itself long before.
constexpr Duration kPatience = 10min;

bool is_momentary(const Failure& failure) {
  switch (failure.error_class) {
    case ErrorClass::RETRY:
    case ErrorClass::THROTTLED:
    case ErrorClass::UNKNOWN:
      return true;
    default:
      return false;
  }
}

class ReadingAll {
 public:
  ReadingAll(Cloud& cloud, Clock& clock, CallId& next_call, std::vector<Request> requests,
             Reader::Extent extent)
      : cloud_(cloud),
        clock_(clock),
        reader_(cloud, next_call),
        requests_(std::move(requests)),
        extent_(extent),
        answers_(requests_.size()),
        answered_(requests_.size()) {
    refused_.reply.error = "no reply in time";
  }

  std::vector<Answer> run() {
    for (std::size_t i = 0; i < requests_.size(); ++i) ask(i, 1, Time::min());
    Time last = clock_.now();
    while (!reader_.idle() && clock_.now() < last + kPatience) {
      reader_.pump(clock_.now());
      auto completion = cloud_.next(std::min(reader_.next_due(), last + kPatience));
      if (!completion) continue;
      last = clock_.now();
      reader_.complete(completion->call, std::move(completion->reply));
      if (credentials_refused_) break;
    }
    if (!reader_.idle()) cloud_.abandon();
    for (std::size_t i = 0; i < answers_.size(); ++i)
      if (!answered_[i]) answers_[i] = refused_;
    return std::move(answers_);
  }

 private:
  void ask(std::size_t i, unsigned attempt, Time due) {
    reader_.read(
        requests_[i], [this, i, attempt](const Answer& answer) { take(i, attempt, answer); },
        Time::max(), due, extent_);
  }

  void take(std::size_t i, unsigned attempt, const Answer& answer) {
    const Failure failure = classify(answer.reply, false);
    if (is_momentary(failure) && attempt < kMostAttempts) {
      const Duration pause = policy_.pause(attempt, failure.retry_after, requests_[i].path);
      return ask(i, attempt + 1, clock_.now() + pause);
    }
    if (failure.error_class == ErrorClass::CREDENTIALS) {
      credentials_refused_ = true;
      refused_ = answer;
    }
    answers_[i] = answer;
    answered_[i] = true;
  }

  Cloud& cloud_;
  Clock& clock_;
  Reader reader_;
  RetryPolicy policy_;
  std::vector<Request> requests_;
  Reader::Extent extent_;
  std::vector<Answer> answers_;
  std::vector<bool> answered_;
  bool credentials_refused_ = false;
  Answer refused_;  // stands for all that was not asked; until then: no reply
};

}  // namespace

std::vector<Answer> read_all(Cloud& cloud, Clock& clock, CallId& next_call,
                             std::vector<Request> requests, Reader::Extent extent) {
  return ReadingAll(cloud, clock, next_call, std::move(requests), extent).run();
}

}  // namespace migledger::workflow
