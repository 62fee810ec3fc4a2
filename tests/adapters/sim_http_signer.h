// A user with a key pair who signs requests as OCI's SDKs do. The text that is signed is put
// together here anew, so that what is verified is not only what the verifier says.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/sim_http/http_message.h"
#include "adapters/sim_http/public_keys.h"
#include "ledger/base/sha256.h"

namespace migledger::adapters::sim_http {

inline std::string base64_of(const void* bytes, std::size_t size) {
  std::string out(4 * ((size + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  static_cast<const unsigned char*>(bytes), static_cast<int>(size));
  return out;
}

class Signer {
 public:
  explicit Signer(unsigned bits = 2048) : key_(EVP_RSA_gen(bits), &EVP_PKEY_free) {}

  std::string public_pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key_.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  }

  std::string key_id() const {
    return "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/" + fingerprint_of(key_.get());
  }

  // Adds date, host, the headers of a body where there is one, and the signature of `names`, of
  // all of them when empty.
  HttpRequest sign(HttpRequest request, Time date, std::vector<std::string> names = {},
                   std::string key_id = {}) const {
    request.headers.emplace_back("date", format_http_date(date));
    request.headers.emplace_back("host", "127.0.0.1:8001");
    std::vector<std::string> all = {"date", "(request-target)", "host"};
    if (request.method == "POST" || request.method == "PUT") {
      const auto digest = ledger::sha256(ledger::bytes_of(request.body));
      request.headers.emplace_back("content-length", std::to_string(request.body.size()));
      request.headers.emplace_back("content-type", "application/json");
      request.headers.emplace_back("x-content-sha256", base64_of(digest.data(), digest.size()));
      all.insert(all.end(), {"content-length", "content-type", "x-content-sha256"});
    }
    if (names.empty()) names = all;
    std::string text, listed;
    for (const auto& name : names) {
      std::string value = request.header(name);
      if (name == "(request-target)") {
        value = request.method + " " + request.target;
        for (char& c : value) {
          if (c == ' ') break;
          c = static_cast<char>(c - 'A' + 'a');
        }
      }
      text += (text.empty() ? "" : "\n") + name + ": " + value;
      listed += (listed.empty() ? "" : " ") + name;
    }
    request.headers.emplace_back(
        "authorization", "Signature algorithm=\"rsa-sha256\",headers=\"" + listed + "\",keyId=\"" +
                             (key_id.empty() ? this->key_id() : key_id) + "\",signature=\"" +
                             signature(text) + "\",version=\"1\"");
    return request;
  }

 private:
  std::string signature(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
    std::vector<unsigned char> out(size);
    EVP_DigestSign(context.get(), out.data(), &size, bytes, text.size());
    return base64_of(out.data(), size);
  }

  const std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace migledger::adapters::sim_http
