// SPDX-License-Identifier: GPL-2.0-only
//
// Collector and feed against real servers.
#include "collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "feed.h"
#include "json.h"
#include "machines.h"
#include "scx/stats/server.h"
#include "support.h"

namespace scx::scxtop::test {
namespace {

using ::testing::HasSubstr;

class Collecting : public ::testing::Test {
 protected:
  Collecting() {
    std::string name = (std::filesystem::temp_directory_path() / "scxtop-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = (folder_ / "stats").string();
  }
  ~Collecting() override { std::filesystem::remove_all(folder_); }

  stats::Server serve(stats::Service service) {
    auto server = stats::Server::start({.path = path_}, std::move(service));
    if (!server) throw std::runtime_error(server.error().message());
    return *std::move(server);
  }

  std::filesystem::path folder_;
  std::string path_;
};

// A service that counts how often each target was asked.
struct Counted {
  std::map<std::string, int> asked;
  stats::Service service() {
    stats::Service made;
    for (const char* target : {"top", "machine", "cids", "domains", "latency", "sched_samples"})
      made.add(target, {}, [this, target] {
        return [this, target](const stats::Args& args) -> Result<stats::Json> {
          ++asked[target];
          if (target == std::string_view("sched_samples"))
            samples = args.find("nr_samples")->second;
          return stats::Json{"{\"cids\":[]}"};
        };
      });
    return made;
  }
  std::string samples;
};

TEST_F(Collecting, EverythingThatTheSchedulerOffers) {
  const auto server = serve(big_machine());
  Collector collector({.path = path_});
  ASSERT_TRUE(collector.collect(kAllSections));
  EXPECT_EQ(collector.model().top->metrics[3].value.number, std::nullopt);  // no rate yet
  ASSERT_TRUE(collector.collect(kAllSections));
  const Model& model = collector.model();
  EXPECT_EQ(model.machine->scheduler, "scx_test");
  EXPECT_EQ(model.machine->cids.size(), 256u);
  EXPECT_EQ(model.cids->util.size(), 256u);
  EXPECT_EQ(model.latency->buckets.size(), 12u);
  EXPECT_EQ(model.tasks->size(), 8u);
  EXPECT_EQ(model.domains->tables.at(0).rows.size(), 16u);
  EXPECT_GT(model.top->metrics[3].value.number.value_or(0), 0);
  EXPECT_TRUE(model.lacking.empty());
  EXPECT_TRUE(model.notice.empty());
}

TEST_F(Collecting, ASchedulerWithTopAloneIsNoError) {
  const auto server = serve(rust_like());
  Collector collector({.path = path_});
  ASSERT_TRUE(collector.collect(kAllSections));
  const Model& model = collector.model();
  EXPECT_EQ(model.top->metrics.size(), 3u);
  EXPECT_FALSE(model.cids || model.machine || model.latency || model.tasks || model.domains);
  EXPECT_EQ(model.lacking.size(), 5u);
  EXPECT_THAT(model.lacking.at("cids"), HasSubstr("unknown target"));
}

TEST_F(Collecting, HiddenSectionsAreNotAskedFor) {
  Counted counted;
  auto server = serve(counted.service());
  Collector collector({.path = path_});
  ASSERT_TRUE(collector.collect({true, true, false, false, false}));
  ASSERT_TRUE(collector.collect({false, true, true, false, true}));
  server.stop();
  EXPECT_EQ(counted.asked,
            (std::map<std::string, int>{
                {"top", 2}, {"machine", 1}, {"cids", 1}, {"domains", 1}, {"sched_samples", 1}}));
  EXPECT_EQ(counted.samples, "128");
}

TEST_F(Collecting, NobodyThereThenOneThenAnother) {
  Collector collector({.path = path_});
  ASSERT_FALSE(collector.collect(kAllSections));
  EXPECT_THAT(collector.model().notice, HasSubstr("no scheduler serves"));
  {
    const auto server = serve(big_machine());
    ASSERT_TRUE(collector.collect(kAllSections));
    EXPECT_TRUE(collector.model().notice.empty());
  }
  ASSERT_FALSE(collector.collect(kAllSections));
  EXPECT_THAT(collector.model().notice, HasSubstr("has ended"));
  EXPECT_TRUE(collector.model().machine.has_value());  // the view stays
  const auto server = serve(rust_like());
  ASSERT_TRUE(collector.collect(kAllSections));
  EXPECT_TRUE(collector.model().notice.empty());
  EXPECT_FALSE(collector.model().machine.has_value());  // it was another scheduler's
}

TEST_F(Collecting, ATargetThatCannotAnswerNowIsAskedAgain) {
  stats::Service service = rust_like();
  std::atomic<int> asked = 0;
  service.add("cids", {}, [&asked] {
    return [&asked](const stats::Args&) -> Result<stats::Json> {
      if (asked++ == 0) return std::unexpected(Error{ErrorKind::io, EAGAIN, "not now", {}, {}});
      return stats::Json{"{\"util\":[1]}"};
    };
  });
  const auto server = serve(std::move(service));
  Collector collector({.path = path_});
  ASSERT_TRUE(collector.collect(kAllSections));
  EXPECT_THAT(collector.model().troubles.at("cids"), HasSubstr("not now"));
  EXPECT_FALSE(collector.model().cids.has_value());
  ASSERT_TRUE(collector.collect(kAllSections));
  EXPECT_TRUE(collector.model().troubles.empty());
  EXPECT_TRUE(collector.model().cids.has_value());
}

TEST_F(Collecting, JsonHasTheAnswersAsTheyCame) {
  const auto server = serve(big_machine());
  Collector collector({.path = path_});
  ASSERT_TRUE(collector.collect(kAllSections));
  ASSERT_TRUE(collector.collect(kAllSections));
  const auto json = nlohmann::json::parse(to_json(collector.model()));
  EXPECT_EQ(json["answers"]["machine"]["scheduler"], "scx_test");
  EXPECT_EQ(json["answers"]["cids"]["util"].size(), 256u);
  EXPECT_EQ(json["answers"]["top"]["nr_sched"], 246912);
  EXPECT_GT(json["rates"]["nr_sched"], 0);
  EXPECT_TRUE(json["lacking"].empty());
}

bool has_news(const Feed& feed) {
  pollfd ready{feed.fd(), POLLIN, 0};
  return ::poll(&ready, 1, 10'000) == 1;
}

TEST_F(Collecting, TheFeedTellsOfTheSchedulersComingAndGoing) {
  Feed feed(path_, 0.1);
  ASSERT_TRUE(has_news(feed));
  auto news = feed.take();
  ASSERT_TRUE(news && news->error);
  auto server = std::make_unique<stats::Server>(serve(big_machine()));
  while ((news = feed.take(), !news || news->error)) ASSERT_TRUE(has_news(feed));
  EXPECT_TRUE(news->model.machine.has_value());
  server.reset();
  while ((news = feed.take(), !news || !news->error)) ASSERT_TRUE(has_news(feed));
  EXPECT_THAT(news->model.notice, HasSubstr("has ended"));
}

TEST_F(Collecting, TheFeedEndsAtOnceWhileARequestWaits) {
  stats::Service service;
  std::atomic<bool> entered = false, leave = false;
  service.add("top", {}, [&] {
    return [&](const stats::Args&) -> Result<stats::Json> {
      entered = true;
      entered.notify_all();
      leave.wait(false);
      return stats::Json{"{}"};
    };
  });
  auto server = serve(std::move(service));
  const auto begun = std::chrono::steady_clock::now();
  {
    Feed feed(path_, 0.1);
    entered.wait(false);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4));  // time-out: 5 s
  leave = true;
  leave.notify_all();
}

}  // namespace
}  // namespace scx::scxtop::test
