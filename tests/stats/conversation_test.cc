// SPDX-License-Identifier: GPL-2.0-only
//
// Conversations over a real socket, answers byte for byte as the protocol says.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "scx/stats/client.h"
#include "scx/stats/server.h"
#include "support.h"

namespace scx::stats::test {

struct Count {
  std::uint64_t n = 0;
};
SCX_METRICS(Count, "a count", counter(&Count::n, "n", "requests"));

struct Inner {
  std::int64_t n = 0;
};
SCX_METRICS(Inner, "what is within", gauge(&Inner::n, "n", ""));

struct DomainStats {
  double load = 0;
};
SCX_METRICS(DomainStats, "", gauge(&DomainStats::load, "load", ""));

// Each shape that a field can have.
struct SysStats {
  std::uint64_t nr_sched = ~std::uint64_t{0};
  double pc_big = 12.5;
  std::string mode = "balanced";
  Inner inner = {std::numeric_limits<std::int64_t>::min()};
  std::vector<int> list = {-1, 0, 1};
  std::vector<Inner> inners = {{1}, {2}};
  std::map<std::uint32_t, DomainStats> doms = {{9, {std::nan("")}}, {10, {0.25}}};
  std::map<std::string, std::uint32_t> by_name = {{"a\"b", 1}};
  std::map<std::int8_t, float> by_level = {{std::int8_t{-1}, 0.5F}};
};
SCX_METRICS(SysStats, "the machine", attribute("_om_prefix", "s_"),
            gauge(&SysStats::nr_sched, "nr_sched", "Number of context switches"),
            gauge(&SysStats::pc_big, "pc_big", ""), field(&SysStats::mode, "mode", ""),
            field(&SysStats::inner, "inner", ""), gauge(&SysStats::list, "list", ""),
            field(&SysStats::inners, "inners", ""),
            field(&SysStats::doms, "doms", "").attribute("_om_skip"),
            gauge(&SysStats::by_name, "by_name", ""),
            gauge(&SysStats::by_level, "by_level", "").attribute("_om_label", "level"));

namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Served {
  std::atomic<int> calls = 0;
  std::atomic<int> open = 0;
};

// Counts itself while it lives.
struct Opened {
  explicit Opened(Served& in) : served(in) { ++served.open; }
  ~Opened() { --served.open; }
  Served& served;
};

// top: how often anyone asked. mine: how often this connection asked, and the argument `add`.
// broken, thrown: always fail.
Service service(Served& served) {
  Service service;
  service.add<Count>("top", [&] { return Count{static_cast<std::uint64_t>(++served.calls)}; });
  service.add("mine", Schema::of<Count>(), [&]() -> Handler {
    return [n = std::uint64_t{0},
            opened = std::make_unique<Opened>(served)](const Args& args) mutable -> Result<Json> {
      const auto add = args.find("add");
      n += add == args.end() ? 1 : std::stoull(add->second);
      return to_json(Count{n});
    };
  });
  service.add<Count>("broken", []() -> Result<Count> {
    return fail_errno(EAGAIN, "cannot read the counters", "ask again");
  });
  return service;
}

class Conversation : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Server::start({.path = path_}, service(served_));
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::make_unique<Server>(std::move(*started));
  }

  TempDir dir_;
  std::string path_ = dir_ / "a/b/stats";
  Served served_;
  std::unique_ptr<Server> server_;
};

TEST_F(Conversation, StatsAndMetadata) {
  RawClient client(path_);
  EXPECT_EQ(client.ask(R"({"req": "stats", "args": {"target": "top"}})"),
            R"({"errno":0,"args":{"resp":{"n":1}}})");
  EXPECT_EQ(client.ask(R"({"req":"stats"})"), R"({"errno":0,"args":{"resp":{"n":2}}})");
  EXPECT_EQ(client.ask(R"({"args":{},"req":"stats","more":[1]})"),
            R"({"errno":0,"args":{"resp":{"n":3}}})");
  EXPECT_EQ(client.ask(R"({"req":"stats_meta"})"),
            R"({"errno":0,"args":{"resp":{"Count":{"name":"Count","top":"true","desc":"a count",)"
            R"("fields":{"n":{"datum":"u64","desc":"requests","user":{"_kind":"counter"}}}}}}})");
}

TEST_F(Conversation, ErrorsHaveANumberAndASentenceAndTheConnectionStays) {
  RawClient client(path_);
  const std::pair<const char*, const char*> wrong[] = {
      {"", "no JSON object"},
      {"hello", "no JSON object"},
      {R"({"req":"stats")", "no JSON object"},
      {"[1]", "no JSON object"},
      {"{}", R"(no \"req\")"},
      {R"({"req":7})", R"(no \"req\")"},
      {R"({"req":"reboot"})", "unknown request 'reboot'; there are stats and stats_meta"},
      {R"({"req":"stats","args":{"target":"x"}})",
       "unknown target 'x'; there are: broken, mine, top"},
      {R"({"req":"stats","args":["target"]})", R"(\"args\" is no object)"},
      {R"({"req":"stats","args":{"target":1}})", "'target' is no string"},
      {R"({"req":"stats","args":{"nr":null}})", "'nr' is no string"},
      {R"({"req":"stats","args":{"target":"mine","add":"many"}})", "stoull"},
      {"{\"req\":\"\xff\xfe\"}", "no JSON object"},
  };
  for (const auto& [request, sentence] : wrong) {
    const std::string answer = client.ask(request);
    EXPECT_THAT(answer, StartsWith(R"({"errno":22,"args":{"resp":")")) << request;
    EXPECT_THAT(answer, HasSubstr(sentence)) << request;
  }
  EXPECT_EQ(client.ask(R"({"req":"stats","args":{"target":"broken"}})"),
            R"({"errno":11,"args":{"resp":"cannot read the counters; ask again"}})");
  EXPECT_EQ(client.ask(R"({"req":"stats"})"), R"({"errno":0,"args":{"resp":{"n":1}}})");
}

// As the protocol's definition has them, but for spaces and line breaks.
TEST(RecordedConversation, MetadataOfEveryShape) {
  const TempDir dir;
  Service service;
  service.add<SysStats>("top", [] { return SysStats{}; });
  const auto server = Server::start({.path = dir / "stats"}, std::move(service));
  ASSERT_TRUE(server) << server.error().message();
  RawClient client(dir / "stats");
  const auto recorded = nlohmann::ordered_json::parse(R"({"errno": 0, "args": {"resp": {
    "DomainStats": {"name": "DomainStats", "fields": {"load": {"datum": "float"}}},
    "Inner": {"name": "Inner", "desc": "what is within", "fields": {"n": {"datum": "i64"}}},
    "SysStats": {"name": "SysStats", "top": "true", "desc": "the machine",
      "user": {"_om_prefix": "s_"},
      "fields": {
        "nr_sched": {"datum": "u64", "desc": "Number of context switches"},
        "pc_big":   {"datum": "float"},
        "mode":     {"datum": "string"},
        "inner":    {"datum": {"struct": "Inner"}},
        "list":     {"array": "i64"},
        "inners":   {"array": {"struct": "Inner"}},
        "doms":     {"dict": {"key": "u64", "datum": {"struct": "DomainStats"}},
                     "user": {"_om_skip": "true"}},
        "by_name":  {"dict": {"key": "string", "datum": "u64"}},
        "by_level": {"dict": {"key": "i64", "datum": "float"},
                     "user": {"_om_label": "level"}}}}}}})");
  EXPECT_EQ(client.ask(R"({"req":"stats_meta"})"), recorded.dump());
  EXPECT_EQ(client.ask(R"({"req":"stats"})"),
            R"({"errno":0,"args":{"resp":{"nr_sched":18446744073709551615,"pc_big":12.5,)"
            R"("mode":"balanced","inner":{"n":-9223372036854775808},"list":[-1,0,1],)"
            R"("inners":[{"n":1},{"n":2}],"doms":{"9":{"load":null},"10":{"load":0.25}},)"
            R"("by_name":{"a\"b":1},"by_level":{"-1":0.5}}}})");
}

TEST_F(Conversation, RecordedErrors) {
  RawClient client(path_);
  const std::pair<const char*, const char*> recorded[] = {
      {"hello", "the line is no JSON object"},
      {"{}", R"(the request has no \"req\", or it is no string)"},
      {R"({"req":"reboot"})", "unknown request 'reboot'; there are stats and stats_meta"},
      {R"({"req":"stats","args":{"target":"x"}})",
       "unknown target 'x'; there are: broken, mine, top"},
      {R"({"req":"stats","args":[]})", R"(\"args\" is no object)"},
      {R"({"req":"stats","args":{"nr":1}})", "the value of the argument 'nr' is no string"},
  };
  for (const auto& [request, sentence] : recorded) {
    EXPECT_EQ(client.ask(request),
              std::string(R"({"errno":22,"args":{"resp":")") + sentence + R"("}})");
  }
}

TEST_F(Conversation, DeepNestingIsNoRequest) {
  RawClient client(path_);
  EXPECT_THAT(client.ask(std::string(60'000, '[')), HasSubstr("more than 32 deep"));
  EXPECT_THAT(client.ask(std::string(30'000, '[') + std::string(30'000, ']')),
              HasSubstr("more than 32 deep"));
}

TEST_F(Conversation, RequestsInOneGoAreAnsweredInOrder) {
  RawClient client(path_);
  std::string requests;
  for (int i = 0; i < 100; ++i)
    requests += "{\"req\":\"stats\",\"args\":{\"target\":\"mine\"}}\r\n";
  ASSERT_TRUE(client.send(requests));
  for (int i = 1; i <= 100; ++i)
    ASSERT_EQ(client.line(), R"({"errno":0,"args":{"resp":{"n":)" + std::to_string(i) + "}}}");
}

TEST_F(Conversation, WhoSendsAndShutsDownGetsAllAnswers) {
  RawClient client(path_);
  std::string requests;
  for (int i = 0; i < 40; ++i) requests += "{\"req\":\"stats\"}\n";
  ASSERT_TRUE(client.send(requests + R"({"req":"stats"})"));  // the last newline forgotten
  client.end_of_requests();
  for (int i = 1; i <= 41; ++i)
    ASSERT_EQ(client.line(), R"({"errno":0,"args":{"resp":{"n":)" + std::to_string(i) + "}}}");
  EXPECT_EQ(client.line(), "<end>");
}

TEST_F(Conversation, EachConnectionHasItsOwnHandler) {
  const std::string request = R"({"req":"stats","args":{"target":"mine","add":"10"}})";
  {
    RawClient one(path_), other(path_);
    EXPECT_EQ(served_.open, 0);
    EXPECT_THAT(one.ask(request), HasSubstr(R"({"n":10})"));
    EXPECT_EQ(served_.open, 1);
    EXPECT_THAT(one.ask(request), HasSubstr(R"({"n":20})"));
    EXPECT_THAT(other.ask(request), HasSubstr(R"({"n":10})"));
    EXPECT_EQ(served_.open, 2);
    EXPECT_EQ(server_->clients(), 2U);
  }
  EXPECT_TRUE(eventually([&] { return served_.open == 0 && server_->clients() == 0; }));
}

// How often the server's thread has gone to sleep: who is woken up does so again. It is the
// youngest one; a sanitizer may have one of its own, which was there first.
long sleeps_of_server() {
  int youngest = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    youngest = std::max(youngest, std::stoi(task.path().filename()));
  std::ifstream status("/proc/self/task/" + std::to_string(youngest) + "/status");
  for (std::string word; status >> word;) {
    long count = 0;
    if (word == "voluntary_ctxt_switches:" && status >> count) return count;
  }
  return 0;
}

TEST_F(Conversation, NothingIsComputedWhileNobodyAsks) {
  RawClient idle(path_), left(path_), half(path_);
  idle.ask(R"({"req":"stats_meta"})");
  left.ask(R"({"req":"stats","args":{"target":"mine"}})");
  left = RawClient(path_);
  half.ask("");
  ASSERT_TRUE(half.send(R"({"req":"stats")"));
  ASSERT_TRUE(eventually([&] { return served_.open == 0; }));
  long before = 0;
  ASSERT_TRUE(eventually([&] {  // it has seen all that
    const long earlier = std::exchange(before, sleeps_of_server());
    std::this_thread::sleep_for(50ms);
    return before > 0 && before == earlier;
  }));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(served_.calls, 0);
  EXPECT_EQ(served_.open, 0);
  EXPECT_EQ(sleeps_of_server(), before) << "the server's thread was awake";
  idle.ask(R"({"req":"stats"})");
  EXPECT_TRUE(eventually([&] { return sleeps_of_server() > before; })) << "that goes unseen";
}

TEST_F(Conversation, OnlyTheOwnerMayConnectAndDirectoriesCanBeEntered) {
  struct stat status;
  ASSERT_EQ(::lstat(path_.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  for (const char* directory : {"a", "a/b"}) {
    ASSERT_EQ(::stat((dir_ / directory).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755U);
  }
}

TEST_F(Conversation, Client) {
  auto client = Client::connect({.path = path_});
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_EQ(client->request("stats").value().text, R"({"n":1})");
  EXPECT_EQ(client->request("stats", {{"target", "mine"}, {"add", "5"}}).value().text,
            R"({"n":5})");
  const auto error = client->request("stats", {{"target", "x"}});
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().err, EINVAL);
  EXPECT_THAT(error.error().message(), HasSubstr("unknown target 'x'"));
  EXPECT_TRUE(client->connected());
  EXPECT_EQ(client->request("stats").value().text, R"({"n":2})");
  server_->stop();
  EXPECT_FALSE(client->request("stats"));
  EXPECT_FALSE(client->connected());
  EXPECT_THAT(client->request("stats").error().message(), HasSubstr("connect again"));
}

TEST_F(Conversation, AReconnectingClientOutlivesTheServer) {
  ReconnectingClient client({.path = path_});
  EXPECT_EQ(client.connections(), 0U);
  const Args mine = {{"target", "mine"}};
  EXPECT_EQ(client.request("stats", mine).value().text, R"({"n":1})");
  EXPECT_EQ(client.request("stats", mine).value().text, R"({"n":2})");
  EXPECT_EQ(client.request("stats", {{"target", "x"}}).error().err, EINVAL);
  EXPECT_EQ(client.connections(), 1U);
  server_->stop();
  EXPECT_EQ(client.request("stats", mine).error().kind, ErrorKind::missing);
  SetUp();
  EXPECT_EQ(client.request("stats", mine).value().text, R"({"n":1})");
  server_->stop();
  SetUp();  // it has not noticed when it asks next
  EXPECT_EQ(client.request("stats", mine).value().text, R"({"n":1})");
  EXPECT_EQ(client.connections(), 3U);
}

TEST_F(Conversation, StopRemovesTheSocketAndEndsConnections) {
  RawClient client(path_);
  client.ask(R"({"req":"stats","args":{"target":"mine"}})");
  server_->stop();
  server_->stop();
  EXPECT_EQ(served_.open, 0);
  EXPECT_EQ(client.line(), "<end>");
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(RawClient(path_).connected());
}

}  // namespace
}  // namespace scx::stats::test
