// SPDX-License-Identifier: GPL-2.0-only
//
// The view as somebody sees it, against text files.
#include "draw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "machines.h"
#include "support.h"

namespace scx::scxtop::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// With SCXTOP_WRITE_EXPECTED in the environment the files are written anew, to be looked at.
void expect_text(const std::string& name, const std::string& text) {
  const std::string path = std::string(SCXTOP_EXPECTED) + "/" + name + ".txt";
  if (std::getenv("SCXTOP_WRITE_EXPECTED") != nullptr) {
    std::ofstream(path) << text;
    GTEST_SKIP() << "wrote " << path;
  }
  std::ifstream file(path);
  ASSERT_TRUE(file) << "there is no " << path;
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(text, expected.str()) << path;
}

std::string screen(const Model& model, Size size, const View& view = {}) {
  const Frame frame = draw(model, view, size);
  expect_fits(frame.lines, size);
  return text_of(frame.lines);
}

TEST(Draw, BigMachineAt80Columns) {
  expect_text("big-80x24", screen(model_of(big_machine()), {24, 80}));
}
TEST(Draw, BigMachineAt200Columns) {
  expect_text("big-200x60", screen(model_of(big_machine()), {60, 200}));
}
TEST(Draw, BigMachineAt40Columns) {
  expect_text("big-40x10", screen(model_of(big_machine()), {10, 40}));
}
TEST(Draw, BigMachineWhole) {
  expect_text("big-whole-100", text_of(draw_whole(model_of(big_machine()), {}, 100)));
}
TEST(Draw, SchedulerOfTheRustFramework) {
  expect_text("rust-80x24", screen(model_of(rust_like()), {24, 80}));
}
TEST(Draw, Help) {
  View view;
  view.help = true;
  view.shown[1] = false;
  expect_text("help-rust-80x24", screen(model_of(rust_like()), {24, 80}, view));
}

TEST(Draw, FitsAtEverySize) {
  for (const auto& model : {model_of(big_machine()), model_of(rust_like()), Model()})
    for (const Size size : kSizes)
      for (const bool help : {false, true}) {
        View view;
        view.help = help;
        screen(model, size, view);
        expect_fits(draw_whole(model, view, size.columns), {1000, size.columns});
      }
}

TEST(Draw, ScrollingShowsEveryLineOfTheBody) {
  const Model model = model_of(big_machine());
  const std::string whole = text_of(draw_whole(model, {}, 80));
  std::string seen;
  View view;
  for (;;) {
    const Frame frame = draw(model, view, {24, 80});
    seen += text_of(frame.lines);
    if (view.scroll >= last_scroll(frame.extent)) break;
    press(Key::page_down, view, frame.extent);
  }
  std::istringstream lines(whole);
  for (std::string line; std::getline(lines, line);) EXPECT_THAT(seen, HasSubstr(line));
}

TEST(Draw, SectionsThatAreOffAreGone) {
  const Model model = model_of(big_machine());
  const char* const titles[] = {"1 CPUs", "2 Rates", "3 Domains", "4 Waiting", "5 Tasks"};
  for (std::size_t i = 0; i < kSections; ++i) {
    View view;
    EXPECT_THAT(text_of(draw_whole(model, view, 80)), HasSubstr(titles[i]));
    view.shown[i] = false;
    EXPECT_THAT(text_of(draw_whole(model, view, 80)), Not(HasSubstr(titles[i])));
  }
}

TEST(Draw, TasksAreInTheOrderThatIsAskedFor) {
  const Model model = model_of(big_machine());
  const auto first_task = [&](Order order) {
    View view;
    view.order = order;
    std::istringstream lines(text_of(draw_whole(model, view, 100)));
    std::string line;
    while (std::getline(lines, line) && line.find("LAT_CRI") == std::string::npos) {
    }
    std::string task;
    lines >> task;
    return task;
  };
  EXPECT_EQ(first_task(Order::lat_cri), "pipewire");
  EXPECT_EQ(first_task(Order::runtime), "scx_test");
  EXPECT_EQ(first_task(Order::wakes), "kwin_wayland");
  EXPECT_EQ(first_task(Order::comm), "Xwayland");
}

TEST(Draw, ListsInTopAreTables) {
  Model model;
  model.top = Stats{{},
                    {{"queues",
                      {"", "queued", "share"},
                      {{"0", {{"12", 12, {}, false}, {"40.0", 40, "%", false}}}}}}};
  const std::string text = text_of(draw_whole(model, {}, 80));
  EXPECT_THAT(text, HasSubstr("queues\n     queued  share\n  0      12  40.0%\n"));
}

TEST(Draw, SaysWhatHappenedToTheConnection) {
  Model model = model_of(big_machine());
  model.notice = "the scheduler has ended; waiting for the next";
  const std::string text = screen(model, {24, 80});
  EXPECT_THAT(text, HasSubstr(model.notice));
  EXPECT_THAT(text, HasSubstr("node 0"));  // what was known stays
}

TEST(Draw, BusyCidsAreSeenAsSuch) {
  Model model;
  model.cids = Cids{1, {0, 1, 50, 100, 1000, -1}, {}};
  const std::string text = text_of(draw_whole(model, {}, 80));
  EXPECT_THAT(text, HasSubstr("·▁▄█ █×"));
  EXPECT_THAT(text, HasSubstr("cids 0-5"));
}

TEST(Draw, ThousandsOfCidsAreShownByCore) {
  Model model;
  model.machine = Machine{"x", "7.3", 2048, {}};
  model.cids = Cids{1, {}, {}};
  for (int cid = 0; cid < 2048; ++cid) {
    model.machine->cids.push_back({cid / 2, cid / 64, cid / 1024, 0});
    model.cids->util.push_back(cid % 2 == 0 ? 100 : 0);
  }
  const std::string text = text_of(draw_whole(model, {}, 120));
  EXPECT_THAT(text, HasSubstr("▄▄▄▄ ▄▄▄▄"));
  EXPECT_THAT(text, HasSubstr("a character a core"));
  EXPECT_THAT(text, Not(HasSubstr("█ ")));
}

TEST(Latency, QuantilesAreBoundsOfBuckets) {
  Latency latency{1, {{1, 50}, {2, 49}, {4, 1}, {0, 0}}};
  EXPECT_EQ(latency.quantile(0.5)->upper_us, 1);
  EXPECT_EQ(latency.quantile(0.99)->upper_us, 2);
  EXPECT_EQ(latency.quantile(1)->upper_us, 4);
  EXPECT_EQ((Latency{1, {{1, 0}}}.quantile(0.5)), nullptr);
  Model model;
  model.latency = Latency{1, {{1, 0}, {2, 0}, {0, 3}}};
  EXPECT_THAT(text_of(draw_whole(model, {}, 80)), HasSubstr("p50 ≥ 2 µs   p99 ≥ 2 µs"));
  model.latency = Latency{1, {{1, 0}}};
  EXPECT_THAT(text_of(draw_whole(model, {}, 80)), HasSubstr("no task waited"));
}

}  // namespace
}  // namespace scx::scxtop::test
