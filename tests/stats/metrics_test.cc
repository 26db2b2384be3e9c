// SPDX-License-Identifier: GPL-2.0-only
//
// Declarations against texts written from the protocol's definition.
#include "scx/stats/metrics.h"

#include <gtest/gtest.h>

#include <limits>

#include "scx/stats/schema.h"
#include "scx/stats/service.h"

struct Global {
  std::uint64_t local = 0, shared = 0;
};
SCX_METRICS(Global, "what a scx_simple did",
            scx::counter(&Global::local, "local", "tasks dispatched straight to a CPU"),
            scx::counter(&Global::shared, "shared", "tasks queued on the shared queue"));

namespace machine {

struct Inner {
  std::int16_t level = -3;
};
SCX_METRICS(Inner, "", gauge(&Inner::level, "level", ""));

struct DomainStats {
  double load = 0.5;
};
SCX_METRICS(DomainStats, "one domain", gauge(&DomainStats::load, "load", "its load").unit("%"));

// The protocol's example, and every kind of member.
struct SysStats {
  std::uint64_t nr_sched = 7;
  float pc_big = 12.5F;
  Inner inner;
  std::vector<int> list = {1, -2};
  std::map<std::uint32_t, DomainStats> doms = {{10, {}}, {2, {}}};
};
SCX_METRICS(SysStats, "…", top(), attribute("_om_prefix", "s_"),
            gauge(&SysStats::nr_sched, "nr_sched", "Number of context switches"),
            gauge(&SysStats::pc_big, "pc_big", ""), field(&SysStats::inner, "inner", ""),
            gauge(&SysStats::list, "list", ""),
            field(&SysStats::doms, "doms", "").attribute("_om_skip"));

struct Forms {
  std::string text = "a \"quoted\"\n\xff word";
  std::array<std::uint8_t, 2> pair = {1, 255};
  std::int64_t raw[2] = {std::numeric_limits<std::int64_t>::min(), 0};
  std::map<std::string, double> by_name = {{"x", 1.0}, {"\n", 1e300}};
  std::map<int, std::string> by_number = {{-1, "minus"}};
  std::vector<Inner> inners = {{1}, {2}};
  double nan = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};
SCX_METRICS(Forms, "", field(&Forms::text, "text", ""), gauge(&Forms::pair, "pair", ""),
            gauge(&Forms::raw, "raw", ""), counter(&Forms::by_name, "by_name", "").unit("ns"),
            field(&Forms::by_number, "by_number", ""), field(&Forms::inners, "inners", ""),
            gauge(&Forms::nan, "nan", ""), gauge(&Forms::max, "max", ""));

struct Empty {};
SCX_METRICS(Empty, "");

class Outer {
 public:
  struct Nested {
    int n = 1;
  };
};
SCX_METRICS(Outer::Nested, "", gauge(&Outer::Nested::n, "n", ""));

struct Derived : Inner {
  int more = 4;
};
SCX_METRICS(Derived, "", gauge(&Derived::level, "level", ""), gauge(&Derived::more, "more", ""));

}  // namespace machine

namespace elsewhere {
struct DomainStats {
  int other = 0;
};
SCX_METRICS(DomainStats, "", gauge(&DomainStats::other, "other", ""));
}  // namespace elsewhere

namespace scx::stats {
namespace {

TEST(Metrics, ValueOfAFlatStruct) {
  EXPECT_EQ(to_json(Global{.local = 3, .shared = 4}).text, R"({"local":3,"shared":4})");
}

TEST(Metrics, ValueOfNestedStructs) {
  EXPECT_EQ(
      to_json(machine::SysStats{}).text,
      R"({"nr_sched":7,"pc_big":12.5,"inner":{"level":-3},"list":[1,-2],"doms":{"2":{"load":0.5},"10":{"load":0.5}}})");
}

TEST(Metrics, ValuesOfEveryForm) {
  EXPECT_EQ(
      to_json(machine::Forms{}).text,
      R"({"text":"a \"quoted\"\n)"
      "\xef\xbf\xbd"
      R"( word","pair":[1,255],"raw":[-9223372036854775808,0],"by_name":{"\n":1e+300,"x":1.0},)"
      R"("by_number":{"-1":"minus"},"inners":[{"level":1},{"level":2}],"nan":null,"max":18446744073709551615})");
  EXPECT_EQ(to_json(machine::Empty{}).text, "{}");
  EXPECT_EQ(to_json(machine::Derived{}).text, R"({"level":-3,"more":4})");
}

// As the protocol's definition prints it, without its spaces.
TEST(Metrics, MetadataAsTheProtocolSays) {
  EXPECT_EQ(
      Schema::of<machine::SysStats>().json().text,
      R"({"DomainStats":{"name":"DomainStats","desc":"one domain","fields":{)"
      R"("load":{"datum":"float","desc":"its load","user":{"_unit":"%"}}}},)"
      R"("Inner":{"name":"Inner","fields":{"level":{"datum":"i64"}}},)"
      R"("SysStats":{"name":"SysStats","top":"true","desc":"…","user":{"_om_prefix":"s_"},"fields":{)"
      R"("nr_sched":{"datum":"u64","desc":"Number of context switches"},)"
      R"("pc_big":{"datum":"float"},)"
      R"("inner":{"datum":{"struct":"Inner"}},)"
      R"("list":{"array":"i64"},)"
      R"("doms":{"dict":{"key":"u64","datum":{"struct":"DomainStats"}},"user":{"_om_skip":"true"}}}}})");
}

TEST(Metrics, MetadataOfEveryForm) {
  EXPECT_EQ(
      Schema::of<machine::Forms>().json().text,
      R"({"Forms":{"name":"Forms","fields":{"text":{"datum":"string"},)"
      R"("pair":{"array":"u64"},"raw":{"array":"i64"},)"
      R"("by_name":{"dict":{"key":"string","datum":"float"},)"
      R"("user":{"_kind":"counter","_unit":"ns"}},)"
      R"("by_number":{"dict":{"key":"i64","datum":"string"}},)"
      R"("inners":{"array":{"struct":"Inner"}},"nan":{"datum":"float"},"max":{"datum":"u64"}}},)"
      R"("Inner":{"name":"Inner","fields":{"level":{"datum":"i64"}}}})");
}

TEST(Metrics, NameIsTheTypesNameAlone) {
  EXPECT_EQ(Schema::of<machine::Outer::Nested>().root(), "Nested");
  EXPECT_EQ(Schema::of<Global>().root(), "Global");
}

TEST(Service, MarksTheRootOfTopAndNoOther) {
  Service service;
  service.add<Global>("top", [] { return Global{}; });
  service.add<machine::Inner>("inner", [] { return machine::Inner{}; });
  ASSERT_TRUE(service.status());
  EXPECT_EQ(service.metadata().text,
            R"({"Global":{"name":"Global","top":"true","desc":"what a scx_simple did","fields":{)"
            R"("local":{"datum":"u64","desc":"tasks dispatched straight to a CPU",)"
            R"("user":{"_kind":"counter"}},)"
            R"("shared":{"datum":"u64","desc":"tasks queued on the shared queue",)"
            R"("user":{"_kind":"counter"}}}},)"
            R"("Inner":{"name":"Inner","fields":{"level":{"datum":"i64"}}}})");
}

TEST(Service, RefusesTwoStructsOfOneName) {
  Service service;
  service.add<machine::SysStats>("top", [] { return machine::SysStats{}; });
  service.add<elsewhere::DomainStats>("other", [] { return elsewhere::DomainStats{}; });
  ASSERT_FALSE(service.status());
  EXPECT_EQ(service.status().error().kind, ErrorKind::invalid);
  EXPECT_NE(service.status().error().message().find("named DomainStats"), std::string::npos);
}

TEST(Service, TakesTheSameStructTwice) {
  Service service;
  service.add<machine::Inner>("top", [] { return machine::Inner{}; });
  service.add<machine::Derived>("second", [] { return machine::Derived{}; });
  service.add<machine::Inner>("third", [] { return machine::Inner{}; });
  EXPECT_TRUE(service.status());
}

TEST(Service, RefusesATargetTwice) {
  Service service;
  for (int i = 0; i < 2; ++i) service.add<Global>("top", [] { return Global{}; });
  ASSERT_FALSE(service.status());
  EXPECT_NE(service.status().error().message().find("target top"), std::string::npos);
}

}  // namespace
}  // namespace scx::stats
