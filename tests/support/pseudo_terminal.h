// A pseudo-terminal; what a program would write to is its far end.
#pragma once

namespace migledger::testing {

class PseudoTerminal {
 public:
  PseudoTerminal();
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  void resize(unsigned short columns, unsigned short lines = 24);
  int fd() const { return far_; }

 private:
  int near_;
  int far_ = -1;
};

}  // namespace migledger::testing
