// Service limits: how much of something may still be made.
#pragma once

#include <optional>
#include <string_view>

#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

struct Limit {
  std::string_view service;
  std::string_view name;
  bool of_domain;             // each availability domain has its own
  std::string_view unit;      // "volumes"
  std::string_view how_much;  // for "how many volumes may still be made …"
};
inline constexpr Limit kImageLimit{"compute", "custom-image-count", false, "custom images",
                                   "how many custom images"};
inline constexpr Limit kStorageLimit{"block-storage", "total-storage-gb", true, "GB of storage",
                                     "how much storage"};
inline constexpr Limit kVolumeLimit{"block-storage", "volume-count", true, "volumes",
                                    "how many volumes"};
inline constexpr Limit kBackupLimit{"block-storage", "backup-count", false, "backups",
                                    "how many backups"};

// What a migration needs of a limit, in one of its two regions.
struct Need {
  const Limit* limit;
  bool at_source;
  double amount;
};
Request ask_limit(const View& view, const Need& need);

// Nothing: there is enough, or it is not known.
std::optional<Verdict> lack_of(const View& view, const Need& need, const Answer& answer);

// Notes that the limit could not be seen.
void note_unseen(const View& view, const Need& need, const Answer& answer, Verdict& verdict);

}  // namespace migledger::workflow
