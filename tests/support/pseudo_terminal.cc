#include "tests/support/pseudo_terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

namespace migledger::testing {

PseudoTerminal::PseudoTerminal() : near_(posix_openpt(O_RDWR | O_NOCTTY)) {
  REQUIRE(near_ >= 0);
  REQUIRE(grantpt(near_) == 0);
  REQUIRE(unlockpt(near_) == 0);
  far_ = open(ptsname(near_), O_RDWR | O_NOCTTY);
  REQUIRE(far_ >= 0);
}

PseudoTerminal::~PseudoTerminal() {
  close(far_);
  close(near_);
}

void PseudoTerminal::resize(unsigned short columns, unsigned short lines) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = lines;
  REQUIRE(ioctl(far_, TIOCSWINSZ, &size) == 0);
}

}  // namespace migledger::testing
