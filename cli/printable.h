// printable(): every name that came from outside goes through it before it is shown. It lives in
// the innermost folder because errors made there show such names, too.
#pragma once

#include "ledger/printable.h"

namespace migledger::cli {

using migledger::printable;

}  // namespace migledger::cli
