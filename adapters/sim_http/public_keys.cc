#include "adapters/sim_http/public_keys.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "ledger/base/sha256.h"

namespace migledger::adapters::sim_http {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKeyIdLine = "key-id: ";
constexpr int kLeastBits = 2048;

PublicKeys::Key parse(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  EVP_PKEY* key = in ? PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr) : nullptr;
  ERR_clear_error();
  if (!key)
    throw KeyError(
        "is no public key in PEM (\"-----BEGIN PUBLIC KEY-----\"); `openssl rsa -pubout` makes "
        "one of a private key");
  return PublicKeys::Key(key, &EVP_PKEY_free);
}

std::string file_of(const std::string& directory, std::string_view known_by) {
  return directory + "/" + ledger::to_hex(ledger::sha256(ledger::bytes_of(known_by))) + ".pem";
}

// Returns what the key of that file is known by.
std::string add_from(const fs::path& file, PublicKeys& keys) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  const std::string text = content.str();
  std::string_view pem = text;
  std::string_view key_id;
  if (pem.starts_with(kKeyIdLine)) {
    const auto end = std::min(pem.find('\n'), pem.size());
    key_id = pem.substr(kKeyIdLine.size(), end - kKeyIdLine.size());
    pem.remove_prefix(end);
  }
  return keys.add(pem, key_id);
}

}  // namespace

std::string fingerprint_of(evp_pkey_st* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) throw KeyError("the key has no DER form");
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  const int done =
      EVP_Digest(der, static_cast<std::size_t>(size), digest, &digest_size, EVP_md5(), nullptr);
  OPENSSL_free(der);
  if (done != 1) throw KeyError("MD5 is not available: no fingerprint can be taken");
  std::string out;
  for (unsigned int i = 0; i < digest_size; ++i)
    out += fmt::format("{}{:02x}", i == 0 ? "" : ":", digest[i]);
  return out;
}

std::string PublicKeys::add(std::string_view pem, std::string_view key_id) {
  Key key = parse(pem);
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) < kLeastBits)
    throw KeyError(fmt::format("is not an RSA key of at least {} bits", kLeastBits));
  std::string known_by = key_id.empty() ? fingerprint_of(key.get()) : std::string(key_id);
  keys_[known_by] = std::move(key);
  return known_by;
}

PublicKeys::Key PublicKeys::find(std::string_view key_id) const {
  if (const auto exact = keys_.find(key_id); exact != keys_.end()) return exact->second;
  // TENANCY/USER/FINGERPRINT
  const auto first = key_id.find('/');
  const auto last = key_id.rfind('/');
  if (first != std::string_view::npos && last != first) {
    const auto found = keys_.find(key_id.substr(last + 1));
    return found == keys_.end() ? nullptr : found->second;
  }
  if (directory_.empty()) return nullptr;
  try {
    PublicKeys one;
    if (add_from(file_of(directory_, key_id), one) == key_id) return one.keys_.begin()->second;
  } catch (const KeyError&) {  // there is none, or no key in it
  }
  return nullptr;
}

PublicKeys load_keys(const std::string& directory) {
  PublicKeys keys;
  keys.directory_ = directory;
  std::error_code error;
  if (!fs::exists(directory, error)) return keys;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".pem") continue;  // one that was being written
    try {
      add_from(entry.path(), keys);
    } catch (const KeyError& e) {
      throw KeyError(entry.path().string() + ": " + e.what());
    }
  }
  if (error) throw KeyError(directory + ": " + error.message());
  return keys;
}

void keep_key(const std::string& directory, const std::string& pem, std::string_view key_id) {
  PublicKeys probe;
  const std::string known_by = probe.add(pem, key_id);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    throw KeyError(directory + ": cannot be created: " + std::strerror(errno));
  const std::string file = file_of(directory, known_by);
  const std::string fresh = file + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  ::chmod(fresh.c_str(), 0600);
  if (!key_id.empty()) out << kKeyIdLine << key_id << "\n";
  out << pem;
  out.close();
  if (!out || ::rename(fresh.c_str(), file.c_str()) != 0)
    throw KeyError(file + ": cannot be written: " + std::strerror(errno));
}

}  // namespace migledger::adapters::sim_http
