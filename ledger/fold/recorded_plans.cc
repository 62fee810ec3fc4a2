#include "ledger/fold/recorded_plans.h"

#include <unordered_map>

#include "ledger/event/event.h"
#include "ledger/event/terms.h"

namespace migledger::ledger {

void for_each_plan(const EventStore& store, Position until,
                   const std::function<void(const RecordedPlan&)>& f) {
  using Body = schema::Event::Body;
  const Term plans[] = {Term::type(Body::MIGRATION_STARTED), Term::type(Body::PLAN_CHANGED)};
  std::unordered_map<StreamId, std::string> names;
  for (const auto cursor = store.find(plans, 1, until); cursor->next();) {
    const auto event = cursor->event();
    const auto body = event.getBody();
    if (body.isMigrationStarted()) {
      const auto started = body.getMigrationStarted();
      auto& name = names[event.getPosition()];
      name = view(started.getName());
      f({event.getPosition(), event.getPosition(), name, started.getPlan(),
         started.getDependsOn()});
    } else if (body.isPlanChanged()) {
      const auto changed = body.getPlanChanged();
      f({event.getPosition(), event.getStream(), names[event.getStream()], changed.getPlan(),
         changed.getDependsOn()});
    }
  }
}

}  // namespace migledger::ledger
