// SPDX-License-Identifier: GPL-2.0-only
//
// --svg: a stretch of a simulation as a picture for documents: a lane for each cid (on larger
// machines each core, LLC or node), coloured by who ran there. A column of a lane shows what it did
// longest in that time, so a picture has a bounded size whatever happened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report.h"
#include "scx/framework/machine.h"
#include "scx/sim/simulation.h"
#include "window.h"

namespace scx::scxsim {

class Drawing : public sim::Observer {
 public:
  Drawing(const Machine& machine, const sim::Workload& workload, const Window& window);

  void started(const Start& start) override;
  void stopped(const Stop& stop) override;
  void ended(std::uint64_t at_ns) override;

  // Requires: ended. One document.
  std::string to_svg(const Subject& subject) const;

 private:
  struct Running {
    int kind = -1;  // nobody
    std::uint64_t since_ns = 0;
  };
  struct Lane {
    std::string label, group;  // of which node and LLC, where it is smaller than that
    int nr_cpus = 0;
    bool starts_core = false;
    std::vector<std::uint64_t> busy_ns;  // by column and colour
  };

  void add_lane(const char* level, std::int32_t number, const CidRange& cids,
                const Machine& machine);
  void make_lanes(const Machine& machine);
  void choose_colours(const sim::Workload& workload);
  void add(std::int32_t cid, std::uint64_t to_ns);
  std::uint64_t column_start(std::size_t column) const;
  int colour_at(const Lane& lane, std::size_t column) const;  // -1: idle
  std::string lane_paths(const Lane& lane) const;
  std::string axis(double y) const;
  std::string legend(double y) const;

  Window window_;
  std::size_t columns_;
  std::vector<Lane> lanes_;
  std::vector<std::size_t> lane_of_;  // by cid
  std::vector<Running> running_;      // by cid
  std::vector<int> colour_of_;        // by kind
  std::vector<std::string> colours_;  // what they stand for
  std::uint64_t end_ns_ = 0;
};

}  // namespace scx::scxsim
