// SPDX-License-Identifier: GPL-2.0-only
//
// Which metrics the metadata make, and what they are called. Chosen before there is an answer, so
// that names and labels are the same whatever a scheduler happens to say.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scx/base/result.h"
#include "scx/stats/metadata.h"
#include "scx/stats/openmetrics.h"

namespace scx::stats::openmetrics {

inline constexpr char kUp[] = "scx_up";

enum class Type { gauge, counter, info };

// The metrics of one name.
struct Family {
  std::string name;  // without what a sample's name has behind it
  Type type;
  std::string help;         // as it came
  std::string unit;         // empty unless the name ends with it
  std::string value_label;  // of an info metric
};

// "_total", "_info" or nothing.
std::string_view suffix_of(Type type);

struct Node;

// A field: values of one family, or structs.
struct Member {
  std::string field;
  detail::Form form = detail::Form::datum;
  std::string label;           // of array and dict
  std::size_t family = 0;      // where there is no node
  std::unique_ptr<Node> node;  // a struct, or each of the array's or dictionary's
};

struct Node {
  std::vector<Member> members;
};

struct Plan {
  std::vector<Family> families;
  Node root;
};

// Errors: as OpenMetrics::make().
Result<Plan> make_plan(const Structs& structs, const OpenMetricsOptions& options);

}  // namespace scx::stats::openmetrics
