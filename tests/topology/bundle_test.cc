// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>

#include "files.h"
#include "properties.h"
#include "read/bundle_text.h"
#include "read/readers.h"

namespace scx::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

const std::string kCpu = "/sys/devices/system/cpu/";

// Two cores of two threads; an odd frequency, a node, an energy model, masks long enough to share.
TreeContents small_machine() {
  TreeContents files;
  for (const char* set : {"possible", "present", "online"}) files.plant(kCpu + set, "0-3\n");
  for (int c = 0; c < 4; ++c) {
    const std::string cpu = kCpu + "cpu" + std::to_string(c) + "/";
    const std::string zeros = std::string(100, '\n');
    files.plant(cpu + "topology/core_id", c < 2 ? "0\n" : "4\n");
    files.plant(cpu + "topology/thread_siblings", (c < 2 ? "3" : "c") + zeros);
    files.plant(cpu + "cache/index0/level", "3\n");
    files.plant(cpu + "cache/index0/shared_cpu_map", "f" + zeros);
    files.plant(cpu + "cpufreq/cpuinfo_max_freq", "\xff<unknown>\xf4\x8f\xbf\xbf\n");
  }
  files.plant("/sys/devices/system/node/node0/cpumap", "f\n");
  files.plant("/sys/devices/system/node/node0/meminfo",
              "Node 0 MemTotal:  1024 kB\nNode 0 MemFree: 77 kB\n");
  files.plant("/sys/kernel/debug/energy_model/cpu0/cpus", "0-3\n");
  files.plant("/sys/kernel/debug/energy_model/cpu0/ps:1000/frequency", "1000\n");
  files.plant("/sys/kernel/debug/energy_model/cpu0/ps:1000/power", "1\n");
  files.plant("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nserial\t: 4711\n");
  files.plant("/proc/sys/kernel/osrelease", "7.2.0-test\n");
  return files;
}

class Bundles : public ::testing::Test {
 protected:
  Source on_disk(const TreeContents& files) const {
    for (const auto& [path, text] : files.files()) dir_.write("root" + path, *text);
    return {.path = dir_.path() / "root"};
  }
  Source bundle_of(const Source& source) const {
    const fs::path path = dir_.path() / "machine.scxx";
    const Status written = write_bundle(source, path);
    if (!written) ADD_FAILURE() << written.error().message();
    return Source::parse(path.native()).value();
  }
  // The same text whatever the machine is read from.
  std::string described(const Source& source) const {
    const auto topology = Topology::discover(source);
    if (!topology) return topology.error().message();
    std::string text = describe(*topology);
    const std::string name =
        source.path.native() + (source.kind == Source::Kind::bundle ? ": " : "");
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name))
      text.erase(at, name.size());
    return text;
  }
  Error refused(const std::string& text) const {
    const fs::path path = dir_.write("bad.scxx", text);
    const auto raw = read_machine({.path = path, .kind = Source::Kind::bundle});
    if (raw) ADD_FAILURE() << text << " was taken";
    EXPECT_THAT(raw.error().message(), HasSubstr(path.native()));
    return raw.error();
  }
  TempDir dir_;
};

TEST_F(Bundles, ReplayGivesTheSameMachine) {
  const Source source = on_disk(small_machine());
  const Source bundle = bundle_of(source);
  EXPECT_EQ(bundle.kind, Source::Kind::bundle);
  EXPECT_EQ(described(bundle), described(source));
  EXPECT_THAT(described(bundle), HasSubstr("counts as absent on 4 CPUs"));
  EXPECT_EQ(read_machine(bundle)->perf_domains.size(), 1U);
  EXPECT_EQ(read_machine(bundle)->nodes[0].memory_kb, 1024U);
}

TEST_F(Bundles, ReplayOfThisMachine) {
  const Source bundle = bundle_of(Source{});
  const auto here = Topology::discover(), there = Topology::discover(bundle);
  ASSERT_TRUE(here && there);
  EXPECT_EQ(there->notes().size(), here->notes().size());
  EXPECT_EQ(there->online(), here->online());
  EXPECT_EQ(summary(*there), summary(*here));
}

TEST_F(Bundles, TheSameMachineGivesTheSameBytes) {
  const Source source = on_disk(small_machine());
  const std::string text = make_bundle(source).value();
  dir_.write("root/sys/devices/system/node/node0/meminfo",
             "Node 0 MemTotal:  1024 kB\nNode 0 MemFree: 99 kB\n");
  EXPECT_EQ(make_bundle(source).value(), text);
  EXPECT_EQ(make_bundle(bundle_of(source)).value(), text);
  EXPECT_EQ(make_bundle(Source{}).value(), make_bundle(Source{}).value());
}

TEST_F(Bundles, HoldWhatWasReadAndNothingElse) {
  const std::string text = make_bundle(on_disk(small_machine())).value();
  EXPECT_THAT(text, AllOf(HasSubstr("\"kernel\": \"7.2.0-test\""),
                          HasSubstr("\"model\": \"Some CPU @ 3 GHz\""),
                          HasSubstr("cpu0/cpu_capacity\": \"ENOENT\""), Not(HasSubstr("4711")),
                          Not(HasSubstr("MemFree")), Not(HasSubstr(dir_.path().native()))));
}

TEST_F(Bundles, LongTextsOfSeveralFilesAreThereOnce) {
  const std::string text = make_bundle(on_disk(small_machine())).value();
  const std::string mask = "\"f" + std::string("\\n\\n\\n");
  EXPECT_EQ(text.find(mask), text.rfind(mask));
  EXPECT_NE(text.find(mask), std::string::npos);
}

TEST_F(Bundles, ABrokenMachineReplaysAsBroken) {
  const Source source = on_disk(small_machine());
  dir_.write("root" + kCpu + "cpu1/topology/core_id", "four\n");
  EXPECT_EQ(Topology::discover(source).error().kind, ErrorKind::invalid);
  EXPECT_THAT(refused(make_bundle(source).value()).message(),
              HasSubstr("bad.scxx: " + kCpu + "cpu1/topology/core_id holds 'four'"));
}

TEST_F(Bundles, WhatWasNeverRecordedIsAbsent) {
  Bundle bundle;
  bundle.tree.plant(kCpu + "online", "0-1\n");
  const fs::path path = dir_.write("little.scxx", to_text(bundle));
  const auto topology = Topology::discover(Source::parse(path.native()).value());
  ASSERT_TRUE(topology) << topology.error().message();
  EXPECT_EQ(topology->online().count(), 2U);
}

TEST_F(Bundles, ErrorsOfReadingReplayToo) {
  Bundle bundle;
  bundle.tree = small_machine();
  bundle.tree.add_absent(kCpu + "cpu0/cpu_capacity", EIO);
  bundle.tree.add_absent("/sys/kernel/debug/energy_model", EACCES);
  bundle.tree.add_absent(kCpu + "cpu1/cpu_capacity", 121);
  bundle.hwloc_error = "it is away";
  const Bundle again = parse_bundle(to_text(bundle), "it").value();
  EXPECT_EQ(again.tree.absent().at(kCpu + "cpu1/cpu_capacity"), 121);
  const fs::path path = dir_.write("errors.scxx", to_text(bundle));
  const RawTopology raw = read_machine(Source::parse(path.native()).value()).value();
  EXPECT_THAT(raw.notes, Contains(AllOf(HasSubstr("cpu_capacity counts as absent on 2 CPUs"),
                                        HasSubstr("Input/output error"))));
  EXPECT_THAT(raw.notes, Contains(HasSubstr("Permission denied")));
  EXPECT_THAT(raw.notes, Contains("hwloc was left out: it is away"));
}

TEST_F(Bundles, HwlocsPartIsJoined) {
  Bundle bundle;
  bundle.tree.plant(kCpu + "online", "0-1\n");
  bundle.hwloc_xml = hwloc_xml_of_this_machine().value_or("");
  if (bundle.hwloc_xml.empty()) GTEST_SKIP() << "hwloc cannot look at this machine";
  const fs::path path = dir_.write("joined.scxx", to_text(bundle));
  EXPECT_FALSE(read_machine({.path = path, .kind = Source::Kind::bundle})->nodes.empty());
  bundle.hwloc_xml = "<?xml version=\"1.0\"?><no";
  dir_.write("joined.scxx", to_text(bundle));
  EXPECT_THAT(read_machine({.path = path, .kind = Source::Kind::bundle})->notes,
              Contains(HasSubstr("hwloc was left out: hwloc cannot read")));
}

TEST_F(Bundles, CorruptOnesAreRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no whole JSON"},
      {"[]", "an array, no object"},
      {"7", "no object"},
      {"{}", "an empty object"},
      {"{\"name\": \"package.json\"}", "no bundle"},
      {"{\"scxx-bundle\": \"1\"}", "\"scxx-bundle\" is a text"},
      {"{\"scxx-bundle\": 2}", "version 2"},
      {"{\"scxx-bundle\": 1, \"files\": [\"a\"]}", "\"files\" is an array"},
      {"{\"scxx-bundle\": 1, \"files\": {\"/a\": null}}", "\"/a\" is null"},
      {"{\"scxx-bundle\": 1, \"files\": {\"/a\": 3}, \"texts\": [\"b\"]}", "/a has text 3 of 1"},
      {"{\"scxx-bundle\": 1, \"files\": {\"/a\": {\"b\": \"c\"}}}", "\"/a\" is an object"},
      {"{\"scxx-bundle\": 1, \"listings\": {\"/a\": \"b\"}}", "\"/a\" is a text"},
      {"{\"scxx-bundle\": 1, \"listings\": {\"/a\": [1]}}", "\"/a\" is a number"},
      {"{\"scxx-bundle\": 1, \"absent\": {\"/a\": \"ENONSENSE\"}}", "names no error"},
      {"{\"scxx-bundle\": 1, \"absent\": {\"/a\": 0}}", "\"/a\" is a number"},
      {"{\"scxx-bundle\": 1, \"absent\": {\"/a\": -2}}", "a negative number"},
      {"{\"scxx-bundle\": 1, \"kernel\": 6.12}", "a number with a point"},
      {"{\"scxx-bundle\": 1, \"surprise\": true}", "\"surprise\" is true or false"},
      {"{\"scxx-bundle\": 1} {}", "no whole JSON"},
  };
  for (const auto& [text, problem] : cases) {
    const Error error = refused(text);
    EXPECT_EQ(error.kind, ErrorKind::invalid) << text;
    EXPECT_THAT(error.message(), HasSubstr(problem)) << text;
  }
}

TEST_F(Bundles, EveryTruncationIsAnError) {
  const std::string text = make_bundle(on_disk(small_machine())).value();
  for (std::size_t size = 0; size < text.size() - 2; size += 7)
    EXPECT_FALSE(parse_bundle(text.substr(0, size), "it")) << size;
}

TEST_F(Bundles, HugeOnesAreRefusedAtOnce) {
  const fs::path path = dir_.write("huge", "{");
  fs::resize_file(path, std::uintmax_t{1} << 40);  // a hole: it takes no room
  for (const auto kind : {Source::Kind::bundle, Source::Kind::xml}) {
    const auto raw = read_machine({.path = path, .kind = kind});
    ASSERT_FALSE(raw);
    EXPECT_THAT(raw.error().message(), HasSubstr(path.native() + " is larger than 256 MiB"));
  }
}

TEST_F(Bundles, OfWhatReplaysAlreadyThereIsNone) {
  const Source made{.kind = Source::Kind::synthetic, .synthetic = "pu:2"};
  EXPECT_EQ(make_bundle(made).error().kind, ErrorKind::unsupported);
  EXPECT_THAT(make_bundle(made).error().message(), HasSubstr("'pu:2'"));
  const Source xml{.path = "m.xml", .kind = Source::Kind::xml};
  EXPECT_EQ(make_bundle(xml).error().kind, ErrorKind::unsupported);
}

TEST_F(Bundles, AFileIsReplacedWholeOrNotAtAll) {
  const Source source = on_disk(small_machine());
  const fs::path path = dir_.write("out/machine.scxx", "what was there");
  const Source broken{.path = dir_.path() / "nowhere"};
  EXPECT_FALSE(write_bundle(broken, path));
  EXPECT_EQ(text_of(path), "what was there");
  ASSERT_TRUE(write_bundle(source, path));
  EXPECT_EQ(text_of(path), make_bundle(source).value());

  const fs::path folder = dir_.path() / "out/folder", link = dir_.path() / "out/link";
  fs::create_directory(folder);
  fs::create_symlink(path, link);
  EXPECT_EQ(write_bundle(source, folder).error().kind, ErrorKind::invalid);
  EXPECT_EQ(write_bundle(source, link).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(write_bundle(source, dir_.path() / "none/machine.scxx").error().kind,
            ErrorKind::missing);
  int entries = 0;
  for (const auto& entry : fs::directory_iterator(dir_.path() / "out")) entries += entry.exists();
  EXPECT_EQ(entries, 3) << "something was left behind";
}

TEST(JsonText, HoldsAnyBytes) {
  const std::string kept[] = {"", "plain\n", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"};
  for (const std::string& text : kept) EXPECT_EQ(to_json_text(text), text);
  const std::string odd[] = {
      "\xff",      "\xc0\x80",         "\xed\xa0\x80",         "\xf4\x90\x80\x80",
      "a\xe2\x82", "\xf4\x8f\xbe\x80", "\xf4\x8f\xbf\xbf\xf4", std::string("\0\x80", 2)};
  for (const std::string& bytes : odd) EXPECT_EQ(from_json_text(to_json_text(bytes)), bytes);

  std::mt19937 random{1};
  const unsigned char likely[] = {0x00, 0x41, 0x80, 0xbe, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0x8f};
  for (int round = 0; round < 5000; ++round) {
    std::string bytes;
    for (unsigned i = random() % 12; i > 0; --i)
      bytes += static_cast<char>(likely[random() % std::size(likely)]);
    ASSERT_EQ(from_json_text(to_json_text(bytes)), bytes);
    Bundle bundle;
    bundle.tree.add_file("/f" + bytes, bytes);
    bundle.tree.add_listing("/d", {bytes});
    const auto again = parse_bundle(to_text(bundle), "it");
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again->tree.files().at("/f" + bytes), bytes);
    EXPECT_THAT(again->tree.listings().at("/d"), ElementsAre(bytes));
  }
}

TEST(FileTrees, ARecordingAnswersAsTheMachineDid) {
  const TempDir dir;
  dir.write("sys/a/one", "1\n");
  dir.write("sys/a/two", "2\n");
  dir.write("sys/large", std::string((1 << 20) + 1, 'x'));
  const DiskTree disk(dir.path() / "");
  RecordingTree recorder(disk);
  const std::string files[] = {"/sys/a/one", "/sys/a", "/sys/none", "/sys/a/one/deep",
                               "/sys/large"};
  const std::string folders[] = {"/sys", "/sys/none/x", "/sys/a/two"};
  for (const auto& file : files) EXPECT_EQ(recorder.read(file).has_value(), file == files[0]);
  for (const auto& folder : folders) EXPECT_EQ(recorder.list(folder).has_value(), folder == "/sys");
  const MemoryTree memory("M", recorder.take());
  for (const auto& file : files) {
    if (const auto text = disk.read(file)) {
      EXPECT_EQ(memory.read(file).value(), *text);
    } else {
      EXPECT_EQ(memory.read(file).error().err, text.error().err) << file;
      EXPECT_THAT(memory.read(file).error().message(), HasSubstr("M: " + file));
      EXPECT_THAT(text.error().message(), HasSubstr(dir.path().native() + file));
    }
  }
  EXPECT_EQ(memory.list("/sys").value(), disk.list("/sys").value());
  EXPECT_EQ(memory.list("/sys/a/two").error().err, ENOTDIR);
}

}  // namespace
}  // namespace scx::test
