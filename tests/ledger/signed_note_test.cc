#include "ledger/merkle/signed_note.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "ledger/base/base64.h"
#include "ledger/base/sha256.h"
#include "ledger/merkle/checkpoint.h"

namespace migledger::ledger {
namespace {

// The example of Go's package golang.org/x/mod/sumdb/note.
constexpr char kPrivate[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr char kPublic[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr char kText[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr char kSigned[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

}  // namespace

TEST_CASE("signed note: Go's own example is signed and read byte for byte") {
  const SigningKey key = SigningKey::parse(kPrivate);
  CHECK(key.serialise() == kPrivate);
  CHECK(key.verifier().serialise() == kPublic);
  CHECK(key.verifier().id() == 0xc74f20a3);
  CHECK(VerifierKey::parse(kPublic) == key.verifier());
  CHECK(key.sign(kText) == kSigned);
  const Note note = Note::parse(kSigned);
  CHECK(note.text == kText);
  CHECK(check_signature(note, key.verifier()) == Signed::yes);
}

TEST_CASE("signed note: a new key signs, and only its own public half believes it") {
  const SigningKey key = SigningKey::generate("example.com/log");
  const SigningKey other = SigningKey::generate("example.com/log");
  CHECK(key.serialise() != other.serialise());
  CHECK(SigningKey::parse(key.serialise()).verifier() == key.verifier());
  Note note = Note::parse(key.sign("a\n\nb\n"));
  CHECK(note.text == "a\n\nb\n");
  CHECK(check_signature(note, key.verifier()) == Signed::yes);
  CHECK(check_signature(note, other.verifier()) == Signed::by_others);
  note.signatures.push_back(Note::parse(other.sign("a\n\nb\n")).signatures[0]);
  CHECK(check_signature(note, other.verifier()) == Signed::yes);
  note.text = "a\n\nc\n";
  CHECK(check_signature(note, key.verifier()) == Signed::wrong);
}

TEST_CASE("signed note: no bit of a note can be flipped unnoticed") {
  const VerifierKey key = VerifierKey::parse(kPublic);
  const std::string note = kSigned;
  for (std::size_t i = 0; i < note.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = note;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
      CAPTURE(i, bit);
      Signed found = Signed::by_others;
      try {
        found = check_signature(Note::parse(flipped), key);
      } catch (const std::invalid_argument&) {
      }
      REQUIRE(found != Signed::yes);
    }
}

TEST_CASE("signed note: keys that are none are refused, and secrets are not repeated") {
  for (const std::string& text :
       {std::string("x"), std::string("PRIVATE+KEY+a+b"), std::string(kPublic),
        std::string(kPrivate).replace(12, 1, "Q"), std::string(kPrivate) + "x"}) {
    try {
      SigningKey::parse(text);
      FAIL(text);
    } catch (const std::invalid_argument& e) {
      CHECK(std::string(e.what()).find("AYEKFALVFGy") == std::string::npos);
    }
    CHECK_THROWS_AS(VerifierKey::parse(std::string(kPublic) + "="), std::invalid_argument);
  }
  CHECK_THROWS_WITH(VerifierKey::parse(kPrivate), Catch::Contains("private key"));
  for (const char* name : {"", "a b", "a+b", "a\nb", "a\u00a0b", "a\u3000", "\xff"}) {
    CHECK_FALSE(why_no_key_name(name).empty());
    CHECK_THROWS_AS(SigningKey::generate(name), std::invalid_argument);
  }
  CHECK(why_no_key_name("example.com/log-42_\u00fc").empty());
}

TEST_CASE("base64: one text for each sequence of bytes") {
  CHECK(to_base64({}) == "");
  CHECK(to_base64(bytes_of("f")) == "Zg==");
  CHECK(to_base64(bytes_of("foob")) == "Zm9vYg==");
  CHECK(to_base64(bytes_of("foobar")) == "Zm9vYmFy");
  for (const char* text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"}) {
    const auto bytes = from_base64(text);
    REQUIRE(bytes);
    CHECK(to_base64(*bytes) == text);
  }
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "=", "====", "Z===", " Zg==", "Zm9v\n",
                           "Zm9v====", "Zg==Zg=="})
    CHECK_FALSE(from_base64(text));
}

TEST_CASE("checkpoint: three lines there and back, and nothing else") {
  const Checkpoint checkpoint{"example.com/log/0123", 20852163, sha256(bytes_of("x"))};
  CHECK(Checkpoint::parse(checkpoint.text()) == checkpoint);
  CHECK(Checkpoint::parse("example.com/behind-the-sofa\n20852163\n"
                          "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
            .size == 20852163);
  const std::string root = to_base64(checkpoint.root);
  for (const std::string& text :
       {std::string("a\n1\n"), "\n1\n" + root + "\n", "a\n01\n" + root + "\n",
        "a\n-1\n" + root + "\n", "a\n1 \n" + root + "\n", "a\n1\n" + root,
        std::string("a\n1\nAAAA\n"), "a\n1\n" + root + "\n\n",
        "a\n99999999999999999999\n" + root + "\n"})
    CHECK_THROWS_AS(Checkpoint::parse(text), std::invalid_argument);
  CHECK(Checkpoint::parse("a\n1\n" + root + "\nextension\n").size == 1);
}

TEST_CASE("proofs: their text is that of the specification") {
  const Hashes two{sha256(bytes_of("a")), sha256(bytes_of("b"))};
  CHECK(inclusion_text(7, two, "origin\n…") == "c2sp.org/tlog-proof@v1\nindex 7\n" +
                                                   to_base64(two[0]) + "\n" + to_base64(two[1]) +
                                                   "\n\norigin\n…");
  CHECK(inclusion_text(0, {}, "o") == "c2sp.org/tlog-proof@v1\nindex 0\n\no");
  CHECK(consistency_text(9, two, "o") ==
        "old 9\n" + to_base64(two[0]) + "\n" + to_base64(two[1]) + "\n\no");
}

}  // namespace migledger::ledger
