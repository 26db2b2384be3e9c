// SPDX-License-Identifier: GPL-2.0-only
//
// served PATH: this project's server with a service like scx_lavd's, until standard input ends.
// Says "ready" when it serves.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "scx/stats/server.h"
#include "scx/stats/service.h"

namespace served {

struct Domain {
  double load = 0.5;
  std::uint64_t moved = 7;
};
SCX_METRICS(Domain, "one domain", scx::gauge(&Domain::load, "load", "its load").unit("%"),
            scx::counter(&Domain::moved, "moved", "tasks that came"));

struct SysStats {
  std::uint64_t nr_sched = 18446744073709551000U;
  std::uint64_t wait_ns = 12;
  double pc_big = 43.25;
  std::string power_mode = "balanced";
  std::vector<std::uint64_t> queued{4, 0};
  std::map<std::uint32_t, Domain> doms{{0, {}}, {10, {}}};
};
SCX_METRICS(
    SysStats, "the machine", scx::counter(&SysStats::nr_sched, "nr_sched", "context switches"),
    scx::counter(&SysStats::wait_ns, "wait_ns", "time that tasks waited").unit("ns"),
    scx::gauge(&SysStats::pc_big, "pc_big", "on big cores").unit("%"),
    scx::field(&SysStats::power_mode, "power_mode", "how CPUs are chosen"),
    scx::gauge(&SysStats::queued, "queued", "tasks by queue").attribute("_om_label", "queue"),
    scx::field(&SysStats::doms, "doms", "by domain").attribute("_om_label", "domain"));

struct Sample {
  std::int64_t pid = 0;
  std::string comm = "make";
};
SCX_METRICS(Sample, "one task", top(), attribute("_om_prefix", "s_"),
            scx::gauge(&Sample::pid, "pid", "its number"),
            scx::field(&Sample::comm, "comm", "its name"));

struct Samples {
  std::vector<Sample> samples;
};
SCX_METRICS(Samples, "tasks", scx::field(&Samples::samples, "samples", ""));

struct Visits {
  std::uint64_t nr = 0;
};
SCX_METRICS(Visits, "this connection's requests", scx::gauge(&Visits::nr, "nr", "so far"));

using scx::Result;
using scx::stats::Args;
using scx::stats::Json;
using scx::stats::to_json;

scx::stats::Service service() {
  scx::stats::Service service;
  service.add<SysStats>("top", [] { return SysStats{}; });
  service.add("sched_samples", scx::stats::Schema::of<Sample>(), [] {
    return [](const Args& args) -> Result<Json> {
      const auto count = args.find("nr_samples");
      Samples samples;
      samples.samples.resize(count == args.end() ? 1 : std::stoul(count->second));
      for (std::size_t i = 0; i < samples.samples.size(); ++i)
        samples.samples[i].pid = static_cast<std::int64_t>(1000 + i);
      return to_json(samples);
    };
  });
  service.add("visits", scx::stats::Schema::of<Visits>(), [] {
    return [visits = Visits{}](const Args&) mutable -> Result<Json> {
      ++visits.nr;
      return to_json(visits);
    };
  });
  return service;
}

}  // namespace served

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto server = scx::stats::Server::start({.path = argv[1]}, served::service());
  if (!server) {
    std::fprintf(stderr, "served: %s\n", server.error().message().c_str());
    return 1;
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
