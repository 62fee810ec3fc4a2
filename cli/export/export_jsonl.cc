#include "cli/export/export_jsonl.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "cli/base/json_text.h"
#include "cli/base/names.h"
#include "cli/base/output_file.h"
#include "cli/render/event_json.h"
#include "cli/session/open_to_read.h"
#include "ledger/base/base64.h"
#include "ledger/directory/evidence_store.h"
#include "ledger/store/rocks_event_store.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;

class JsonlExporter {
 public:
  JsonlExporter(const ledger::RocksEventStore& store, OutputFile& file, const std::ostream& out)
      : store_(store), file_(file), out_(out), names_(store) {}

  void write(const ledger::EvidenceStore* evidence) {
    const LedgerFacts facts = ledger_facts(store_);
    const std::string root = ledger::to_hex(store_.frontier().root());
    line({{"kind", "header"},
          {"migledger_jsonl", kJsonlVersion},
          {"format", 1},
          {"ledger", json_text(facts.id)},
          {"cloud", json_text(facts.cloud)},
          {"tenancy", json_text(facts.tenancy)},
          {"head", store_.head().position},
          {"root", root}});
    for (const auto cursor = store_.scan(1); cursor->next();) {
      names_.learn(cursor->event());
      auto object = event_json(cursor->event(), cursor->bytes(), names_, facts.simulated());
      object["leaf"] = ledger::to_hex(ledger::leaf_hash(cursor->bytes()));
      object["bytes"] = ledger::to_base64(cursor->bytes());
      line(object);
    }
    std::uint64_t pieces = 0;
    if (evidence) {
      for (const auto& digest : evidence->all()) {
        const auto bytes = evidence->get(digest);
        if (!bytes) continue;
        line({{"kind", "evidence"},
              {"digest", ledger::to_hex(digest)},
              {"bytes", ledger::to_base64(*bytes)}});
        ++pieces;
      }
    }
    line({{"kind", "trailer"},
          {"head", store_.head().position},
          {"root", root},
          {"evidence", pieces}});
  }

 private:
  void line(const json::object& object) {
    // What nobody reads any more is not worth going on with; main says why.
    if (out_) file_.write(json::serialize(object) + "\n");
  }

  const ledger::RocksEventStore& store_;
  OutputFile& file_;
  const std::ostream& out_;
  Names names_;
};

}  // namespace

void export_jsonl(const std::string& directory, const ExportJsonl& options, std::ostream& out,
                  std::ostream& err) {
  // Its permissions are those of the ledger, whose bytes it holds.
  OutputFile file(options.file, unless(options.force), out, 0600);
  const auto store = open_to_read(directory, err);
  // What events name by digest was there before they were.
  const ledger::EvidenceStore evidence(directory);
  JsonlExporter(*store, file, out).write(options.evidence ? &evidence : nullptr);
  file.finish();
  if (!out) return;
  err << fmt::format("migledger: {} events exported, root {}\n", store->head().position,
                     ledger::to_hex(store->frontier().root()));
}

}  // namespace migledger::cli
