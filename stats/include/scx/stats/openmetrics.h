// SPDX-License-Identifier: GPL-2.0-only
//
// OpenMetrics: any scheduler's statistics as OpenMetrics 1.0 text, which Prometheus and its kind
// read, made from the scheduler's metadata alone. Pure text: `scxstat openmetrics` fetches the
// statistics and serves the text over HTTP; a program with an HTTP server of its own needs this
// only.
//
//   OpenMetrics metrics = SCX_TRY(OpenMetrics::make(service.metadata()));
//   std::string text = SCX_TRY(metrics.render(to_json(counters)));
//
//     # TYPE scx_up gauge
//     # HELP scx_up Whether the scheduler answers.
//     scx_up 1
//     # TYPE local counter
//     # HELP local tasks dispatched straight to a CPU
//     local_total 1204
//     # EOF
//
// What becomes what:
//   a number             a gauge; with `_kind: counter` a counter
//   a text               an info metric, the text its label
//   an array             a sample an element, label "index"
//   a dictionary         a sample an element, the key a label
//   a struct in a field  its fields' metrics, with the labels of the array or dictionary around it
// A name is the struct's `_om_prefix` and the field's name. Inside another struct, one that has
// neither `_om_prefix` nor `_om_label` has the outer field's name before its own; so has one whose
// name is taken. `_om_label`, of the field or else of the struct in it, names the label of an array
// or dictionary; a dictionary's is else the field's name. `_om_skip` leaves a field out. `_unit` is
// told as UNIT where the name ends with it, as OpenMetrics wants, and else in the help text: names
// depend on no attribute that scx_stats does not know.
#pragma once

#include <memory>
#include <string>

#include "scx/base/result.h"
#include "scx/stats/json.h"

namespace scx::stats {

// What an HTTP server says the text is.
inline constexpr char kOpenMetricsType[] =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct OpenMetricsOptions {
  std::string prefix = {};  // before all names but scx_up
  std::string root = {};    // the struct; empty: the last by name that has the attribute top
  std::string list = {};    // not empty: the answer's member of this name is a list of `root`
};

// Immutable: any thread may render.
class OpenMetrics {
 public:
  // `metadata` as Service::metadata() or `stats_meta` give it. Errors: invalid for metadata that
  // are none, mark no struct, or make more than 4,096 metrics or structs nested deeper than 16;
  // missing where no struct is named `root`.
  static Result<OpenMetrics> make(const Json& metadata, const OpenMetricsOptions& options = {});

  ~OpenMetrics();
  OpenMetrics(OpenMetrics&&) noexcept;
  OpenMetrics& operator=(OpenMetrics&&) noexcept;

  // The whole text, scx_up first and "# EOF" last. What does not exist (null) or does not fit the
  // metadata is left out. Errors: invalid when `value` is no object.
  Result<std::string> render(const Json& value) const;

  // The text while there is no scheduler: scx_up 0.
  static std::string down();

 private:
  struct Plan;
  explicit OpenMetrics(std::unique_ptr<const Plan> plan);
  std::unique_ptr<const Plan> plan_;
};

}  // namespace scx::stats
