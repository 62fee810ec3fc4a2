#include "adapters/sim_http/speed.h"

namespace migledger::adapters::sim_http {

void accelerate(sim::TenancyOptions& options, double speed) {
  const auto shorten = [&](Duration& d) {
    d = Duration(static_cast<std::int64_t>(double(d.count()) / speed));
  };
  const auto shorten_range = [&](sim::Range& r) {
    shorten(r.from);
    shorten(r.to);
  };
  sim::Durations& d = options.durations;
  for (sim::Range* range :
       {&d.create_image,  &d.export_image,  &d.copy_object, &d.import_image,  &d.launch,
        &d.stop,          &d.start,         &d.terminate,   &d.create_volume, &d.hydrate,
        &d.delete_volume, &d.attach,        &d.detach,      &d.first_sync,    &d.sync_interval,
        &d.end_replica,   &d.create_backup, &d.copy_backup, &d.list_lag,      &d.search_lag,
        &d.copy_small,    &d.replicate})
    shorten_range(*range);
  shorten(d.policy_sync);
  shorten(d.restore);
  shorten(options.writes_for);
  shorten(options.writes_every);
  shorten(d.imaging_lock);
  if (options.faults.list_lag) shorten_range(*options.faults.list_lag);
  if (options.faults.search_lag) shorten_range(*options.faults.search_lag);
  d.request_latency = {};
  d.reply_latency = {};
}

}  // namespace migledger::adapters::sim_http
