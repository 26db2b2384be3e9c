// SPDX-License-Identifier: GPL-2.0-only
//
// Clients that misbehave, and one beside them that must not notice.
#include <gmock/gmock.h>

#include <deque>

#include "scx/stats/server.h"
#include "support.h"

namespace scx::stats::test {

struct Text {
  std::string text;
};
SCX_METRICS(Text, "", field(&Text::text, "text", ""));

namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kStats[] = R"({"req":"stats"})";

class Limits : public testing::Test {
 protected:
  void start(ServerOptions options, std::size_t answer_bytes = 10) {
    Service service;
    service.add<Text>("top", [=, this] {
      ++calls_;
      return Text{std::string(answer_bytes, 'x')};
    });
    options.path = path_;
    auto started = Server::start(std::move(options), std::move(service));
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::make_unique<Server>(std::move(*started));
  }

  void expect_served() {
    RawClient good(path_);
    EXPECT_THAT(good.ask(kStats), StartsWith(R"({"errno":0,)"));
  }

  TempDir dir_;
  std::string path_ = dir_ / "stats";
  std::atomic<int> calls_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_F(Limits, HalfALineHoldsUpNobody) {
  start({});
  RawClient slow(path_);
  ASSERT_TRUE(slow.send(R"({"req":"st)"));
  expect_served();
  ASSERT_TRUE(slow.send("ats\"}\n"));
  EXPECT_THAT(slow.line(), StartsWith(R"({"errno":0,)"));
}

TEST_F(Limits, ALineMayHaveItsLengthAndNotOneByteMore) {
  start({.max_line = 1000});
  RawClient client(path_);
  const std::string head = kStats;
  EXPECT_THAT(client.ask(head + std::string(1000 - head.size(), ' ')),
              StartsWith(R"({"errno":0,)"));
  ASSERT_TRUE(client.send(head + std::string(1001 - head.size(), ' ')));
  EXPECT_EQ(client.line(), R"({"errno":22,"args":{"resp":"the request is longer than 1000 bytes; )"
                           R"(the connection is closed"}})");
  EXPECT_EQ(client.line(), "<end>");
}

TEST_F(Limits, AMegabyteWithoutANewlineIsRefusedAndTheConnectionClosed) {
  start({});
  RawClient client(path_);
  EXPECT_FALSE(client.send(std::string(1 << 20, 'x')));
  EXPECT_THAT(client.line(), HasSubstr("longer than 65536 bytes"));
  EXPECT_EQ(client.line(), "<end>");
  EXPECT_TRUE(eventually([&] { return server_->clients() == 0; }));
  expect_served();
}

TEST_F(Limits, WhoNeverReadsIsNotComputedFor) {
  start({.max_pending = 10'000}, 4000);
  RawClient deaf(path_);
  const std::string requests(std::string(kStats) + '\n');
  const std::size_t sent = deaf.send_until_full(requests);
  std::this_thread::sleep_for(100ms);
  const int before = calls_;
  deaf.send_until_full(requests);
  std::this_thread::sleep_for(100ms);
  // What it is owed: the kernel's buffers full, and max_pending; not an answer a request.
  EXPECT_LT(before, static_cast<int>(sent / requests.size()) / 2);
  EXPECT_LE(calls_ - before, 20);
  expect_served();
}

TEST_F(Limits, WhoReadsLateGetsEveryAnswer) {
  start({.max_pending = 10'000}, 1000);
  RawClient late(path_);
  std::thread sender([&] {
    for (int i = 0; i < 5000; ++i) ASSERT_TRUE(late.send(std::string(kStats) + '\n'));
  });
  std::this_thread::sleep_for(100ms);
  for (int i = 0; i < 5000; ++i) ASSERT_THAT(late.line(), StartsWith(R"({"errno":0,)")) << i;
  sender.join();
}

TEST_F(Limits, WhoDoesNotReadForTooLongIsClosed) {
  start({.max_pending = 1000, .max_stall = 1s}, 10'000);
  RawClient deaf(path_), idle(path_);
  idle.ask(kStats);
  deaf.send_until_full(std::string(kStats) + '\n');
  EXPECT_TRUE(eventually([&] { return server_->clients() == 1; }));
  EXPECT_THAT(idle.ask(kStats), StartsWith(R"({"errno":0,)"));
}

TEST_F(Limits, OneTooManyIsToldSo) {
  start({.max_clients = 3});
  std::deque<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(path_);
    ASSERT_THAT(clients.back().ask(kStats), StartsWith(R"({"errno":0,)"));
  }
  RawClient more(path_);
  EXPECT_EQ(
      more.line(),
      R"({"errno":16,"args":{"resp":"3 clients are connected already; the connection is closed"}})");
  EXPECT_EQ(more.line(), "<end>");
  clients.pop_front();
  EXPECT_TRUE(eventually([&] { return server_->clients() == 2; }));
  expect_served();
}

TEST_F(Limits, TwoHundredConnectsInARow) {
  start({});
  for (int i = 0; i < 200; ++i) {
    RawClient client(path_);
    ASSERT_TRUE(client.connected());
    if (i % 2 == 0) {
      ASSERT_THAT(client.ask(kStats), StartsWith(R"({"errno":0,)"));
    }
  }
  EXPECT_TRUE(eventually([&] { return server_->clients() == 0; }));
}

TEST_F(Limits, WhoLeavesBeforeTheAnswerHarmsNothing) {
  start({}, 100'000);
  for (int i = 0; i < 100; ++i) RawClient(path_).send(std::string(kStats) + '\n' + kStats + '\n');
  EXPECT_TRUE(eventually([&] { return server_->clients() == 0; }));
  expect_served();
}

TEST_F(Limits, AFloodOfRequestsLetsOthersThrough) {
  start({});
  std::atomic<bool> done = false;
  std::thread flood([&] {
    RawClient client(path_);
    std::string requests;
    for (int i = 0; i < 100; ++i) requests += std::string(kStats) + '\n';
    while (!done) {
      if (!client.send(requests)) return;
      for (int i = 0; i < 100; ++i) client.line();
    }
  });
  for (int i = 0; i < 20; ++i) expect_served();
  done = true;
  flood.join();
}

TEST_F(Limits, StopsWithClientsInEveryState) {
  start({.max_pending = 1000}, 10'000);
  RawClient idle(path_), half(path_), deaf(path_), gone(path_);
  half.send(R"({"req)");
  deaf.send_until_full(std::string(kStats) + '\n');
  gone.send(std::string(kStats) + '\n');
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(server_->clients(), 0U);
  EXPECT_EQ(idle.line(), "<end>");
  EXPECT_EQ(half.line(), "<end>");
}

}  // namespace
}  // namespace scx::stats::test
