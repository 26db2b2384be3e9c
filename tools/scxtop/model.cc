// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <algorithm>

namespace scx::scxtop {

double Latency::total() const {
  double sum = 0;
  for (const Bucket& bucket : buckets) sum += bucket.count;
  return sum;
}

const Latency::Bucket* Latency::quantile(double part) const {
  const double wanted = total() * part;
  double sum = 0;
  const Bucket* last = nullptr;
  for (const Bucket& bucket : buckets) {
    if (bucket.count <= 0) continue;
    last = &bucket;
    sum += bucket.count;
    if (sum >= wanted) break;
  }
  return last;
}

std::string_view text_of(const std::optional<Stats>& stats, std::string_view metric) {
  if (!stats) return {};
  const auto found = std::ranges::find(stats->metrics, metric, &Metric::name);
  return found != stats->metrics.end() && found->value.is_text ? std::string_view(found->value.text)
                                                               : std::string_view();
}

}  // namespace scx::scxtop
