// SPDX-License-Identifier: GPL-2.0-only
#include "scx/topology/shards.h"

#include <algorithm>

namespace scx {
namespace {

// What has gone into the shard that is being filled.
struct Filling {
  int cores = 0, cids = 0, shards_before = 0;
};

}  // namespace

std::vector<Cid> make_shards(const Topology& topology, const CidMap& cids, int shard_size) {
  if (shard_size <= 0) shard_size = kDefaultShardSize;
  const int max_cids = std::min(shard_size, kMaxShardSize);
  std::vector<int> nr_cores(cids.llcs().size());
  for (const Core& core : topology.cores()) ++nr_cores[core.llc.index()];

  std::vector<Cid> starts;
  Filling filling;
  for (std::size_t c = 0; c < topology.cores().size(); ++c) {
    const std::size_t llc = topology.cores()[c].llc.index();
    const CidRange core = cids.cores()[c], whole = cids.llcs()[llc];
    const int nr_shards = (whole.count + max_cids - 1) / max_cids;
    const int per_shard = nr_cores[llc] / nr_shards, nr_large = nr_cores[llc] % nr_shards;
    if (core.first == whole.first) {
      filling = {};
      starts.push_back(core.first);
    } else {
      const int max_cores = per_shard + (filling.shards_before < nr_large ? 1 : 0);
      if (filling.cores >= max_cores || filling.cids + core.count > max_cids) {
        filling = {0, 0, filling.shards_before + 1};
        starts.push_back(core.first);
      }
    }
    ++filling.cores;
    filling.cids += core.count;
  }
  for (int cid = cids.online().count; cid < cids.nr_cids(); cid += max_cids)
    starts.push_back(Cid{cid});
  return starts;
}

}  // namespace scx
