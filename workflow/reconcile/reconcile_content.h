// What buckets hold, for reconcile(): the ledger counts what its walks copied and does not name it,
// so both sides are listed, page by page, and compared by what the ledger says was copied and when.
// However many objects there are, it holds a few pages of them.
//
//  source  target     by the ledger                         verdict
//  yes     alike      copied, or there before               known
//  yes     alike      not listed by any walk                orphaned; known while a run goes on
//  yes     another    copied, not changed at the source     drifted; known when it is in use
//  yes     another    not copied, newer at the target       drifted
//  yes     none       copied, not changed at the source     missing
//  yes     -          else                                  known: still to be copied
//  no      yes        in use, or replicated                 known
//  no      yes        else                                  drifted
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "workflow/cloud/cloud.h"
#include "workflow/reconcile/reconcile.h"
#include "workflow/steps/made.h"

namespace migledger::workflow {

// A bucket whose content is to be compared.
struct ContentQuestion {
  std::size_t book = 0;
  const MadeKind* kind = nullptr;  // of the bucket; it holds something
  bool ours = false;               // the bucket bears the key of the migration
  // Whether the lists in which they are to be found were read, and do not show them.
  bool no_source = false;
  bool no_target = false;
};

// Whether the ledger says anything of the content of such a bucket, or the cloud does.
bool has_content(const Book& book, bool ours);

// Reads and answers them, a few at once. Calls `say` with what was found about each, and with
// whether something was unseen because no service answered or let us in. Call ids are drawn from
// `next_call`.
void compare_contents(
    const Books& books, const std::vector<ContentQuestion>& questions, Cloud& cloud, Clock& clock,
    CallId& next_call,
    const std::function<void(const ContentQuestion&, Finding, bool unreachable)>& say);

}  // namespace migledger::workflow
