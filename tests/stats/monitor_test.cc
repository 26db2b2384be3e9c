// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/monitor.h"

#include <gmock/gmock.h>

#include <mutex>

#include "support.h"

namespace scx::stats::test {

struct Ticks {
  std::uint64_t ticks = 0;
};
SCX_METRICS(Ticks, "", counter(&Ticks::ticks, "ticks", ""));

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A monitor on a thread of its own, and what it printed.
class Watched {
 public:
  explicit Watched(std::string path) : path_(std::move(path)) {
    int fds[2];
    if (::pipe(fds) != 0) std::abort();
    stop_ = Fd{fds[0]};
    trigger_ = Fd{fds[1]};
    thread_ = std::thread([this] {
      result_ = monitor(
          {.path = path_, .interval = 20ms, .stop_fd = stop_.get()},
          [this](std::string_view text) { add(views_, text); },
          [this](std::string_view text) { add(said_, text); });
    });
  }
  ~Watched() { stop(); }

  Status stop() {
    trigger_ = Fd{};
    if (thread_.joinable()) thread_.join();
    return result_;
  }
  std::vector<std::string> views() const { return copy(views_); }
  std::vector<std::string> said() const { return copy(said_); }
  bool sees_more() const {
    const std::size_t before = views().size();
    return eventually([&] { return views().size() > before + 2; });
  }

 private:
  void add(std::vector<std::string>& to, std::string_view text) {
    const std::scoped_lock lock(mutex_);
    to.emplace_back(text);
  }
  std::vector<std::string> copy(const std::vector<std::string>& from) const {
    const std::scoped_lock lock(mutex_);
    return from;
  }

  std::string path_;
  Fd stop_, trigger_;
  mutable std::mutex mutex_;
  std::vector<std::string> views_, said_;
  Status result_;
  std::thread thread_;
};

Server start(const std::string& path, std::atomic<bool>* broken = nullptr) {
  Service service;
  service.add<Ticks>("top", [n = std::uint64_t{0}, broken]() mutable -> Result<Ticks> {
    if (broken != nullptr && *broken) return fail(ErrorKind::io, "detached just now");
    return Ticks{++n};
  });
  return Server::start({.path = path}, std::move(service)).value();
}

TEST(Monitor, StartsBeforeTheSchedulerAndSurvivesItsRestart) {
  const TempDir dir;
  const std::string path = dir / "root/stats";
  Watched watched(path);
  ASSERT_TRUE(eventually([&] { return watched.said().size() == 1; }));
  std::this_thread::sleep_for(100ms);
  {
    const Server first = start(path);
    ASSERT_TRUE(watched.sees_more());
  }
  ASSERT_TRUE(eventually([&] { return watched.said().size() == 3; }));
  std::this_thread::sleep_for(100ms);
  {
    const Server second = start(path);
    ASSERT_TRUE(watched.sees_more());
  }
  EXPECT_TRUE(watched.stop());
  const auto said = watched.said();
  ASSERT_GE(said.size(), 4U);
  EXPECT_EQ(said[0], "no scheduler serves statistics at " + path + " yet; waiting");
  EXPECT_EQ(said[1], "connected to the scheduler at " + path);
  EXPECT_EQ(said[2], "the scheduler at " + path + " has ended; waiting for the next");
  EXPECT_EQ(said[3], "connected to the scheduler at " + path);
  EXPECT_EQ(watched.views().front(), "  ticks  1\n");
  EXPECT_THAT(watched.views()[1], HasSubstr("  ticks  2  "));
}

TEST(Monitor, SaysNothingWhileAllIsWell) {
  const TempDir dir;
  const Server server = start(dir / "stats");
  Watched watched(dir / "stats");
  EXPECT_TRUE(watched.sees_more());
  EXPECT_TRUE(watched.stop());
  EXPECT_THAT(watched.said(), ElementsAre());
}

TEST(Monitor, SaysOnceWhatASchedulerAnswersInstead) {
  const TempDir dir;
  std::atomic<bool> broken = false;
  const Server server = start(dir / "stats", &broken);
  Watched watched(dir / "stats");
  ASSERT_TRUE(watched.sees_more());
  broken = true;
  ASSERT_TRUE(eventually([&] { return watched.said().size() == 1; }));
  std::this_thread::sleep_for(100ms);
  broken = false;
  ASSERT_TRUE(watched.sees_more());
  EXPECT_TRUE(watched.stop());
  EXPECT_THAT(watched.said(), ElementsAre(HasSubstr("answered \"detached just now\": "),
                                          "connected to the scheduler at " + (dir / "stats")));
}

TEST(Monitor, AsksAsToldAndShowsWhatTheRendererMakes) {
  const TempDir dir;
  Service service;
  service.add<Ticks>("top", [] { return Ticks{0}; });
  service.add("list", Schema::of<Ticks>(), [] {
    return [n = 0](const Args& args) mutable -> Result<Json> {
      return Json{"[" + args.at("nr") + "," + std::to_string(++n) + "]"};
    };
  });
  const Server server = Server::start({.path = dir / "stats"}, std::move(service)).value();
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  const Fd stop{fds[0]};
  Fd trigger{fds[1]};
  std::vector<std::string> shown;
  const auto ended = monitor(
      {.path = dir / "stats",
       .interval = 1ms,
       .stop_fd = stop.get(),
       .args = {{"target", "list"}, {"nr", "7"}},
       .render = [](const Json& value) -> Result<std::string> {
         return value.text == "[7,2]" ? "" : "<" + value.text + ">";
       }},
      [&](std::string_view text) {
        shown.emplace_back(text);
        if (shown.size() == 2) trigger = Fd{};
      },
      [](std::string_view) {});
  EXPECT_TRUE(ended);
  EXPECT_THAT(shown, ElementsAre("<[7,1]>", "<[7,3]>"));
}

TEST(Monitor, EndsAtOnceWhenTold) {
  const TempDir dir;
  Watched watched(dir / "none");
  ASSERT_TRUE(eventually([&] { return !watched.said().empty(); }));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(watched.stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Monitor, RefusesWhatCannotWork) {
  const Output none = [](std::string_view) {};
  EXPECT_EQ(monitor({.interval = 0ms}, none, none).error().kind, ErrorKind::usage);
  EXPECT_EQ(monitor({.path = std::string(200, 'x')}, none, none).error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace scx::stats::test
