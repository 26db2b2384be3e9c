// SPDX-License-Identifier: GPL-2.0-only
//
// Snapshots of real machines. What each must give is in expected/NAME.txt, as text to be read; run
// with SCXX_UPDATE_EXPECTED=1 to write those files anew, then review the difference by eye.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "orders.h"
#include "properties.h"
#include "scx/topology/bundle.h"

namespace scx::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".tar.bz2";

fs::path folder() {
  const char* named = std::getenv("SCXX_TOPOLOGIES");
  return named != nullptr ? named : SCXX_SNAPSHOTS;
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The names of all that is expected and all that is there.
std::vector<std::string> names() {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(SCXX_EXPECTED, none))
    found.push_back(entry.path().stem());
  for (const auto& entry : fs::directory_iterator(folder(), none)) {
    const std::string file = entry.path().filename();
    if (file.ends_with(kSuffix)) found.push_back(file.substr(0, file.size() - kSuffix.size()));
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// The directory that holds sys, in a fresh directory that ends with the object.
class Unpacked {
 public:
  explicit Unpacked(const fs::path& archive) {
    std::string path = fs::path(::testing::TempDir()) / "scxx-snapshot-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return;
    top_ = path;
    const std::string command = "tar -xjf '" + archive.native() + "' -C '" + path + "'";
    if (std::system(command.c_str()) != 0) return;
    for (const auto& entry : fs::directory_iterator(top_)) {
      if (fs::is_directory(entry.path() / "sys")) root_ = entry.path();
    }
  }
  ~Unpacked() {
    std::error_code none;
    fs::remove_all(top_, none);
  }
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  const fs::path& root() const { return root_; }

 private:
  fs::path top_, root_;
};

std::string without_root(std::string text, const std::string& root) {
  for (std::size_t at = text.find(root); at != std::string::npos; at = text.find(root))
    text.erase(at, root.size());
  return text;
}

class Snapshot : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Snapshot);

TEST_P(Snapshot, GivesTheExpectedTopology) {
  const fs::path archive = folder() / (GetParam() + std::string(kSuffix));
  if (!fs::exists(archive)) GTEST_SKIP() << archive << " is not here";
  const Unpacked snapshot(archive);
  ASSERT_FALSE(snapshot.root().empty()) << "cannot unpack " << archive;

  const auto topology = Topology::discover({snapshot.root()});
  ASSERT_TRUE(topology) << topology.error().message();
  expect_all_sound(*topology);

  const std::string text = without_root(describe(*topology), snapshot.root().native());
  const fs::path expected = fs::path(SCXX_EXPECTED) / (GetParam() + ".txt");
  if (std::getenv("SCXX_UPDATE_EXPECTED") != nullptr) std::ofstream(expected) << text;
  ASSERT_TRUE(fs::exists(expected)) << "there is no " << expected << " to compare with; found:\n"
                                    << text;
  EXPECT_EQ(text, text_of(expected));
}

TEST_P(Snapshot, HasSoundPreferenceOrders) {
  const fs::path archive = folder() / (GetParam() + std::string(kSuffix));
  if (!fs::exists(archive)) GTEST_SKIP() << archive << " is not here";
  const Unpacked snapshot(archive);
  auto topology = Topology::discover({snapshot.root()});
  ASSERT_TRUE(topology) << topology.error().message();
  const Ordered made(*std::move(topology));
  expect_sound(made, made.orders.performance);
  expect_sound(made, made.orders.powersave);
  const auto tier = [&made](int cpu) { return made.topology.at(CpuId{cpu}).tier; };
  EXPECT_EQ(tier(cpus(made, made.orders.performance).front()), 0);
  // Little cores first.
  EXPECT_TRUE(made.orders.from_energy_model ||
              std::ranges::is_sorted(cpus(made, made.orders.powersave), std::greater{}, tier));
}

TEST_P(Snapshot, ReplaysFromABundle) {
  const fs::path archive = folder() / (GetParam() + std::string(kSuffix));
  if (!fs::exists(archive)) GTEST_SKIP() << archive << " is not here";
  const Unpacked snapshot(archive);
  ASSERT_FALSE(snapshot.root().empty()) << "cannot unpack " << archive;
  const Source source{.path = snapshot.root()};
  const fs::path file = snapshot.root() / "machine.scxx";
  const Status written = write_bundle(source, file);
  ASSERT_TRUE(written) << written.error().message();
  const Source bundle = Source::parse(file.native()).value();

  const auto there = Topology::discover(source), replayed = Topology::discover(bundle);
  ASSERT_TRUE(there && replayed);
  EXPECT_EQ(without_root(describe(*replayed), file.native() + ": "),
            without_root(describe(*there), snapshot.root().native()));
  EXPECT_EQ(make_bundle(bundle).value(), text_of(file));
}

INSTANTIATE_TEST_SUITE_P(, Snapshot, ::testing::ValuesIn(names()), [](const auto& name) {
  std::string safe = name.param;
  std::replace_if(
      safe.begin(), safe.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return safe;
});

}  // namespace
}  // namespace scx::test
