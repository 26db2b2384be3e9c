// SPDX-License-Identifier: GPL-2.0-only
//
// scxtopo: shows a machine as schedulers see it.
#include <csignal>
#include <cstdlib>

#include "command.h"
#include "compare.h"
#include "json.h"
#include "options.h"
#include "output.h"
#include "scx/topology/bundle.h"
#include "svg.h"
#include "tables.h"
#include "text.h"
#include "tree.h"
#include "view.h"

namespace scx::scxtopo {
namespace {

// Several text views, an empty line between them.
std::string texts(const Options& options, const View& view) {
  std::string text;
  const auto add = [&text](const std::string& view_text) {
    if (!text.empty()) text += '\n';
    text += view_text;
  };
  if (options.tree()) add(tree(view, detect_terminal(), options.full));
  if (options.cids) add(cid_table(view));
  if (options.domains) add(domain_table(view));
  if (options.order) add(order_lists(view));
  if (options.evidence) add(evidence_list(view));
  return text;
}

Status write_bundle_view(const Options& options, const Source& source) {
  if (options.bundle == "-") {
    const std::string text = SCX_TRY(make_bundle(source));
    return write_to("-", [&](const Sink& out) { out(text); });
  }
  if (options.bundle) return write_bundle(source, *options.bundle);
  return {};
}

// The exit status: 1 for a kernel that numbers its CPUs in another way.
Result<int> compare(const MachineOptions& machine_options) {
  const Machine machine = SCX_TRY(discover_machine(machine_options));
  if (!machine_options.source.is_this_machine()) SCX_TRY(expect_this_machine(machine));
  const Comparison comparison = SCX_TRY(compare_kernel(machine));
  SCX_TRY(write_to("-", [&](const Sink& out) { out(comparison.text); }));
  return comparison.same ? 0 : 1;
}

// The program's exit status.
Result<int> show(const Options& options) {
  const MachineOptions machine =
      SCX_TRY(parse_machine_options(options.topology, options.big_cpus, options.virt_llc));
  // First, for a machine that is misread is the one that somebody wants a bundle of.
  SCX_TRY(write_bundle_view(options, machine.source));
  if (options.compare_kernel) return compare(machine);

  const View view = SCX_TRY(look_at(machine.source, options.topology.value_or("this machine"),
                                    machine.topology, machine.domains));
  if (options.svg) SCX_TRY(write_to(*options.svg, [&](const Sink& out) { out(draw(view)); }));
  SCX_TRY(write_to("-", [&](const Sink& out) {
    if (options.json) {
      write_json(view, out);
    } else {
      out(texts(options, view));
    }
  }));
  return 0;
}

}  // namespace
}  // namespace scx::scxtopo

int main(int argc, char** argv) {
  // hwloc reports what it finds odd on stderr itself; what matters of it is in the notes.
  ::setenv("HWLOC_HIDE_ERRORS", "2", 0);
  // A reader that goes away is seen where the text is written.
  std::signal(SIGPIPE, SIG_IGN);
  const auto [options, exit_status] = scx::scxtopo::parse_options(argc, argv);
  if (exit_status) return *exit_status;
  const auto shown = scx::scxtopo::show(options);
  return shown ? *shown : scx::tools::report("scxtopo", shown.error());
}
