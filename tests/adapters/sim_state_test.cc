// What a simulated tenancy keeps: across restarts, kills, and two processes.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sim_fixture.h"

namespace migledger::adapters::sim::testing {

namespace {

namespace fs = std::filesystem;

class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "sim-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

// Everything that a migration does until its copy is under way, with a word about each reply.
std::string first_half(Bench& b) {
  std::string said;
  const auto note = [&](const Reply& r) {
    said += std::to_string(r.status) + r.body;
    for (const auto& [name, value] : r.headers) said += name + value;
  };
  note(b.create_image("t1"));
  b.now += 13min;
  note(b.core(kSource, "GET", "images?compartmentId=" + kCompartment));
  const json::value images =
      Bench::body(b.core(kSource, "GET", "images?displayName=copy&compartmentId=" + kCompartment));
  note(b.export_image(std::string(images.as_array().back().at("id").as_string()), "t2"));
  b.now += 16min;
  note(b.create_bucket());
  note(b.copy());
  return said;
}

std::string second_half(Bench& b) {
  b.now += 11min;
  std::string said;
  const Reply imported = b.import("t3");
  said += imported.body;
  b.now += 16min;
  said += b.launch(Bench::id(imported), "t4").body;
  return said;
}

}  // namespace

TEST_CASE("the same seed and requests give the same replies", "[sim]") {
  Bench a, b, c({}, 8);
  const std::string said = first_half(a);
  CHECK(said == first_half(b));
  CHECK(said != first_half(c));
  CHECK(second_half(a) == second_half(b));
  CHECK(a.tenancy->report() == b.tenancy->report());
}

TEST_CASE("a reopened tenancy goes on as if it had never closed", "[sim]") {
  MemoryStore store;
  Bench whole;
  first_half(whole);
  Bench parts({}, 7, &store);
  first_half(parts);
  TenancyOptions other_seed;
  other_seed.seed = 99;
  const std::string before = parts.tenancy->report();
  const Time clock = parts.tenancy->clock();
  parts.tenancy = std::make_unique<Tenancy>(other_seed, &store);
  CHECK(parts.tenancy->seed() == 7);
  CHECK(parts.tenancy->clock() == clock);
  CHECK(parts.tenancy->report() == before);
  CHECK(second_half(parts) == second_half(whole));
  CHECK(parts.tenancy->report() == whole.tenancy->report());
  CHECK(parts.created("object-copy") == 1);
  // Tokens, PARs and counters are still known.
  CHECK(Bench::code(parts.core(kSource, "POST", "images", {{"compartmentId", kCompartment}},
                               "t1")) == "InvalidParameter");
}

TEST_CASE("every prefix of what was written is a tenancy", "[sim]") {
  // A store that remembers what it held after each write.
  class Recorder : public MemoryStore {
   public:
    void write(const std::vector<Change>& changes) override {
      MemoryStore::write(changes);
      versions.push_back(rows());
    }
    std::vector<std::map<std::string, std::string, std::less<>>> versions;
  } recorder;
  Bench b({}, 7, &recorder);
  first_half(b);
  second_half(b);
  REQUIRE(recorder.versions.size() >= 8);
  for (const auto& rows : recorder.versions) {
    MemoryStore copy;
    std::vector<StateStore::Change> changes;
    for (const auto& [key, value] : rows) changes.emplace_back(key, value);
    copy.write(changes);
    const Tenancy reopened({}, &copy);
    CHECK(reopened.seed() == 7);
  }
}

TEST_CASE("a tenancy that was killed has every effect it replied to", "[sim]") {
  const Scratch scratch;
  const std::string live = scratch / "live", copy = scratch / "copy";
  {
    const auto store = open_disk_store(live);
    Bench b({}, 7, store.get());
    const std::string image = Bench::id(b.create_image("t1"));
    // What a kill at this moment leaves is what is in the files now.
    fs::copy(live, copy, fs::copy_options::recursive);
    const auto copied = open_disk_store(copy);
    Bench again({}, 1, copied.get());
    CHECK(Bench::id(again.create_image("t1")) == image);
    CHECK(again.created("image") == 1);
  }
}

TEST_CASE("a tenancy in use by a process that is then killed", "[sim]") {
  const Scratch scratch;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const std::string directory = scratch / "killed";
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = open_disk_store(directory);
    Bench b({}, 7, store.get());
    b.create_image("t1");
    [[maybe_unused]] const auto n = ::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  ::close(ready[1]);  // so that a child that ends early is no wait without end
  char c = 0;
  REQUIRE(::read(ready[0], &c, 1) == 1);
  // It is in use, and says by whom; the report works all the same.
  try {
    open_disk_store(directory);
    FAIL("opened twice");
  } catch (const StateError& error) {
    CHECK(error.kind == StateErrorKind::in_use);
    CHECK_THAT(error.what(), Catch::Contains("process " + std::to_string(child)));
  }
  const json::value report = json::parse(report_of(directory));
  CHECK(report.at("created").as_array().size() == 1);
  CHECK(report.at("held").as_array().size() >= 5);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  const auto store = open_disk_store(directory);
  Bench b({}, 7, store.get());
  CHECK(b.create_image("t1").ok());
  CHECK(b.created("image") == 1);
}

TEST_CASE("only the owner can read what is kept", "[sim]") {
  const Scratch scratch;
  const std::string directory = scratch / "state";
  const auto store = open_disk_store(directory);
  Bench b({}, 7, store.get());
  struct stat s {};
  REQUIRE(::stat(directory.c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0700);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    REQUIRE(::stat(entry.path().c_str(), &s) == 0);
    INFO(entry.path());
    CHECK((s.st_mode & 0077) == 0);
    files += entry.is_regular_file();
  }
  CHECK(files >= 4);
}

TEST_CASE("directories that are something else are refused", "[sim]") {
  const Scratch scratch;
  const auto kind_of = [](auto&& open) {
    try {
      open();
    } catch (const StateError& error) {
      return error.kind;
    }
    return StateErrorKind::corrupt;
  };
  std::filesystem::create_directory(scratch / "foreign");
  std::ofstream(scratch / "foreign/file") << "x";
  CHECK(kind_of([&] { open_disk_store(scratch / "foreign"); }) == StateErrorKind::refused);
  CHECK(kind_of([&] { open_disk_store(scratch / "foreign/file"); }) == StateErrorKind::refused);
  CHECK(kind_of([&] { report_of(scratch / "none"); }) == StateErrorKind::missing);
  CHECK(kind_of([&] { open_disk_store("/proc/nowhere/state"); }) == StateErrorKind::disk);
}

TEST_CASE("a failed write is not survived in silence", "[sim]") {
  class Full : public MemoryStore {
   public:
    void write(const std::vector<Change>& changes) override {
      if (full) throw StateError(StateErrorKind::disk, "no space left");
      MemoryStore::write(changes);
    }
    bool full = false;
  } store;
  Bench b({}, 7, &store);
  store.full = true;
  CHECK_THROWS_AS(b.create_image("t"), StateError);
  store.full = false;
  // Memory is ahead of the disk: nothing more is answered until it is opened again.
  CHECK_THROWS_AS(b.create_image("t"), StateError);
  Bench again({}, 7, &store);
  CHECK(again.created("image") == 0);
}

TEST_CASE("a newer format is refused", "[sim]") {
  MemoryStore store;
  { Bench b({}, 7, &store); }
  std::string whole = store.rows().at("!");
  whole[0] = 9;
  store.write({{"!", whole}});
  CHECK_THROWS_WITH(Tenancy({}, &store), Catch::Contains("format 9"));
}

}  // namespace migledger::adapters::sim::testing
