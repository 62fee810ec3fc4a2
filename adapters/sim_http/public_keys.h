// The public keys by which the simulated tenancy knows its users.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct evp_pkey_st;  // EVP_PKEY of OpenSSL

namespace migledger::adapters::sim_http {

class KeyError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class PublicKeys {
 public:
  using Key = std::shared_ptr<evp_pkey_st>;

  // Registers an RSA key of at least 2048 bits in PEM (SubjectPublicKeyInfo, as OCI's console takes
  // it). With an empty `key_id` it is known by its fingerprint, whatever tenancy and user a key id
  // names with it; otherwise by exactly that key id, such as "ST$…" of a session token or of an
  // instance principal. Returns what it is known by. Throws KeyError without a file name.
  std::string add(std::string_view pem, std::string_view key_id = {});

  // The key of a signature's keyId: "TENANCY/USER/FINGERPRINT" or one registered as it stands; one
  // that has come into the directory of load_keys() since, too. Null: nobody knows it.
  Key find(std::string_view key_id) const;

  bool empty() const { return keys_.empty(); }

 private:
  friend PublicKeys load_keys(const std::string& directory);

  std::map<std::string, Key, std::less<>> keys_;  // by fingerprint or key id
  std::string directory_;                         // empty: none
};

// The MD5 of the key's DER form in lower-case hexadecimal with colons, as OCI's console shows it.
// https://docs.oracle.com/en-us/iaas/Content/API/Concepts/apisigningkey.htm
std::string fingerprint_of(evp_pkey_st* key);

// Keys that are kept in `directory`, one file each, named by the SHA-256 digest of what the key is
// known by, ".pem": a line "key-id: ID" unless that is its fingerprint, then PEM. load_keys() of a
// directory that does not exist finds none. Both throw KeyError naming the file.
PublicKeys load_keys(const std::string& directory);
void keep_key(const std::string& directory, const std::string& pem, std::string_view key_id = {});

}  // namespace migledger::adapters::sim_http
