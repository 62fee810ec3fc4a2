#include <cstdio>

int main() {
  std::puts("migledger");
  return 0;
}
