#include "ledger/base/md5.h"

#include <openssl/evp.h>

#include <array>

namespace migledger::ledger {

std::string content_md5(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_md5(), nullptr);
  std::string out(4 * ((size + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), digest.data(),
                  static_cast<int>(size));
  return out;
}

}  // namespace migledger::ledger
