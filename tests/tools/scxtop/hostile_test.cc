// SPDX-License-Identifier: GPL-2.0-only
//
// A scheduler is root's, but names of tasks are anybody's, and a socket may be anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "draw.h"
#include "json.h"
#include "machines.h"
#include "support.h"

namespace scx::scxtop::test {
namespace {

using ::testing::HasSubstr;

void expect_survives(const Model& model) {
  for (const Size size : kSizes) {
    expect_fits(draw(model, {}, size).lines, size);
    expect_fits(draw_whole(model, {}, size.columns), {100000, size.columns});
  }
  for (const char c : to_json(model)) EXPECT_TRUE((c >= 0x20 && c < 0x7f) || c == '\n');
}

TEST(Hostile, NamesOfTasksNeverReachTheTerminalRaw) {
  Model model = model_of(big_machine());
  const char* const evil[] = {"\x1b[2J\x1b[H",
                              "\x1b]0;x\x07",
                              "a\nb",
                              "\x9b"
                              "31m",
                              "\xc2\x9b"
                              "1m",
                              "日本語日本語日本語",
                              "e\xcc\x81\xcc\x81",
                              "\xff\xff",
                              ""};
  std::int64_t pid = 1;
  for (const char* name : evil)
    model.tasks->push_back(
        {.pid = pid++, .comm = name, .stat = name, .waker_comm = name, .lat_cri = 1e9});
  model.machine->scheduler = evil[0];
  model.machine->kernel = evil[4];
  model.top->metrics.push_back({evil[0], evil[1], {evil[1], {}, evil[2], true}, false});
  model.domains->tables[0].title = evil[0];
  model.domains->tables[0].headings[1] = evil[4];
  model.domains->tables[0].rows[0].name = evil[1];
  model.lacking[evil[0]] = evil[1];
  model.troubles[evil[2]] = evil[3];
  expect_survives(model);
  model.notice = evil[0];
  expect_survives(model);
  EXPECT_THAT(text_of(draw_whole(model, {}, 200)), HasSubstr("日本語日本語日本語"));
}

TEST(Hostile, UtilisationOfAnotherNumberOfCids) {
  for (const std::size_t told : {0u, 1u, 255u, 257u, 5000u}) {
    Model model = model_of(big_machine());
    model.cids->util.assign(told, 50);
    model.cids->nr_sched.assign(told + 3, 1);
    EXPECT_THAT(text_of(draw_whole(model, {}, 100)),
                HasSubstr("is told of " + std::to_string(told) + " cids, the machine has 256"));
    expect_survives(model);
  }
}

TEST(Hostile, UnitsInDisorderAndAllInOneCore) {
  Model model = model_of(big_machine());
  for (std::size_t cid = 0; cid < 256; ++cid)
    model.machine->cids[cid] = {-5, static_cast<std::int64_t>(cid * 7919 % 5),
                                cid % 3 ? -1 : 900000000000, static_cast<std::int64_t>(cid % 4)};
  expect_survives(model);
  for (MachineCid& cid : model.machine->cids) cid = {0, 0, 0, 0};
  expect_survives(model);
}

// What a fuzzer of a moment makes of an answer: values replaced by others of any type and size.
Tree odd_value(std::mt19937& random) {
  static const char* const odd[] = {"null",
                                    "-1",
                                    "0",
                                    "18446744073709551615",
                                    "-9223372036854775808",
                                    "1e308",
                                    "-1e308",
                                    "true",
                                    "\"\\u001b[31m\"",
                                    "\"\"",
                                    "[]",
                                    "{}",
                                    "[[]]",
                                    "{\"a\": {}}",
                                    "1e-320",
                                    "[1, null, \"x\"]"};
  return Tree::parse(odd[random() % std::size(odd)]);
}

void spoil(Tree& tree, std::mt19937& random) {
  if (random() % 12 == 0) {
    tree = odd_value(random);
  } else if (tree.is_structured()) {
    for (Tree& inner : tree) spoil(inner, random);
  }
}

stats::Json spoilt(const stats::Service& service, const char* target, std::mt19937& random) {
  Tree tree = parse(*service.targets().find(target)->second()({}));
  spoil(tree, random);
  return {tree.dump()};
}

TEST(Hostile, SpoiltAnswersAreShownOddlyAndNothingWorse) {
  std::mt19937 random(11);
  const stats::Service service = big_machine();
  int shown = 0;
  for (int round = 0; round < 150; ++round) {
    Tree told = parse(service.metadata());
    if (round % 2 == 0) spoil(told, random);
    const Metadata metadata = Metadata::read({told.dump()});
    const auto answer = [&](const char* target) { return parse(spoilt(service, target, random)); };
    Model model;
    model.machine = read_machine(answer("machine"));
    model.cids = read_cids(answer("cids"));
    model.latency = read_latency(answer("latency"));
    model.tasks = read_tasks(answer("sched_samples"));
    model.top = read_stats(metadata, metadata.top(), answer("top"), answer("top"), 1);
    model.domains = read_stats(metadata, "Domains", answer("domains"), answer("domains"), 1e-300);
    shown += model.machine && model.cids && model.latency && model.tasks ? 1 : 0;
    for (const Size size : {Size{24, 80}, Size{6, 11}})
      expect_fits(draw(model, {}, size).lines, size);
    to_json(model);
  }
  EXPECT_GT(shown, 20);  // or nothing was tried
}

TEST(Hostile, DeepAndLongAnswers) {
  const std::string deep(200000, '[');
  EXPECT_TRUE(parse({deep}).is_null());
  EXPECT_TRUE(parse({"{\"a\":" + deep + std::string(200000, ']') + "}"}).is_null());
  EXPECT_FALSE(parse({"[\"\\\"" + deep + "\"]"}).is_null());  // a text, with a quote in it
  EXPECT_TRUE(Metadata::read({deep + std::string(200000, ']')}).top().empty());
  EXPECT_FALSE(read_machine(parse({deep + std::string(200000, ']')})).has_value());
  std::string cids = "{\"util\":[0";
  for (int i = 0; i < 100000; ++i) cids += ",1";
  const auto many = read_cids(parse({cids + "]}"}));
  ASSERT_TRUE(many.has_value());
  EXPECT_EQ(many->util.size(), kMostElements);
  EXPECT_TRUE(Metadata::read({"{\"A\": {\"fields\": {\"" + std::string(1 << 20, 'x') +
                              "\": {\"datum\": \"u64\"}}}}"})
                  .fields("A", Tree())
                  .empty());
}

}  // namespace
}  // namespace scx::scxtop::test
