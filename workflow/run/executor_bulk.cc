#include "workflow/run/executor_loop.h"

namespace migledger::workflow {

// What a walk may do: ask, within the capacity of the cloud, and have things recorded.
class Executor::Loop::WalkPort final : public BulkWalk::Port {
 public:
  WalkPort(Loop& loop, Migration& migration, const View& view)
      : loop_(loop), migration_(migration), view_(view) {}

  bool has_room() override {
    const bool room = loop_.cloud_.capacity() > loop_.reserved_;
    starved_ = starved_ || !room;
    return room;
  }

  void start(Request request, const BulkCall& call) override {
    const CallId id = ++loop_.next_call_;
    loop_.walking_[id] = {migration_.state.stream, migration_.walk_number, call};
    ++migration_.walk_calls;
    loop_.cloud_.start(id, std::move(request));
  }

  void begin(const BulkWork& page) override {
    loop_.append_beginning(
        bulk_begun(origin(), view_.step, page, name_of(Row::walk)), 0,
        [&loop = loop_, walk = migration_.walk_number](schema::Event::Reader event) {
          Migration& migration = loop.at(event.getStream());
          if (migration.walk && migration.walk_number == walk)
            migration.walk->recorded(event.getBody().getBulkBegun().getPage());
        });
  }

  void end(const BulkWork& page, std::uint64_t objects_so_far) override {
    const auto& walk = *loop_.workflow_.steps[view_.step].walk;
    loop_.append(bulk_ended(origin(), view_.step, page, objects_so_far, walk.expected(view_)));
  }

  void record(const Failure& failure) override {
    loop_.append(read_failed(origin(), view_.step, failure));
  }

  bool starved() const { return starved_; }

 private:
  Origin origin() const { return loop_.origin(migration_, migration_.state.position); }

  Loop& loop_;
  Migration& migration_;
  const View& view_;
  bool starved_ = false;
};

void Executor::Loop::walk_on(Migration& migration, const Decision& decision) {
  if (decision.until > now_) return wake_at(migration, decision.until);
  // Going on after a stop is recorded: the time limit counts anew from there.
  if (migration.state.status == Status::parked) {
    const auto& seen = migration.state.reading;
    return append(
        observed(origin(migration, decision.because), decision.step, seen.state, seen.percent));
  }
  const View view = view_of(workflow_, migration.state, ledger_id_, decision.step);
  if (!migration.walk) {
    migration.walk = std::make_unique<BulkWalk>(*workflow_.steps[decision.step].walk, view);
    migration.walk_number = ++jobs_;
    migration.walk_calls = 0;
    migration.walk_due = {};
  }
  WalkPort port(*this, migration, view);
  const Time again = migration.walk->go_on(view, now_, port);
  // Its own answers wake it, too.
  if (port.starved() && migration.walk_calls == 0) starved_.push_back(migration.state.stream);
  if (again == Time::max() || (migration.walk_due > now_ && migration.walk_due <= again)) return;
  migration.walk_due = again;
  wake_at(migration, again);
}

void Executor::Loop::complete_walking(const Walking& walking, const Reply& reply) {
  Migration& migration = at(walking.stream);
  if (!migration.walk || migration.walk_number != walking.walk) return;
  --migration.walk_calls;
  const StepIndex step = current_step(workflow_, migration.state, ledger_id_);
  const View view = view_of(workflow_, migration.state, ledger_id_, step);
  WalkPort port(*this, migration, view);
  migration.walk->take(walking.call, reply, now_, port);
  queue(migration);
}

}  // namespace migledger::workflow
