// SPDX-License-Identifier: GPL-2.0-only
//
// scxstat: shows the statistics of any scheduler that speaks scx_stats.
#include <cerrno>
#include <csignal>

#include "command.h"
#include "exporter.h"
#include "http.h"
#include "list.h"
#include "options.h"
#include "output.h"
#include "scx/stats/client.h"
#include "scx/stats/view.h"
#include "show.h"

namespace scx::scxstat {
namespace {

Status describe(const Options& options) {
  auto client =
      SCX_TRY(stats::Client::connect({.path = options.socket, .timeout = options.timeout}));
  const stats::Json metadata = SCX_TRY(client.request("stats_meta"));
  return write_out(options.json ? metadata.text + '\n' : SCX_TRY(stats::describe(metadata)));
}

Status openmetrics(const Options& options) {
  Exporter exporter(options);
  if (!options.listen) return write_out(SCX_TRY(exporter.scrape()));
  const Address address = SCX_TRY(parse_address(*options.listen));
  const Fd stop = SCX_TRY(until_signal());
  return serve(exporter, address, stop.get());
}

// The exit status: 1 where no scheduler answers.
Result<int> list(const Options& options) {
  const Listing listing = look_around("/", options.timeout);
  SCX_TRY(write_out(options.json ? as_json(listing) : as_text(listing)));
  return listing.any_answers() ? 0 : 1;
}

Result<int> run(const Options& options) {
  switch (options.command) {
    case Command::list:
      return list(options);
    case Command::describe:
      SCX_TRY(describe(options));
      break;
    case Command::openmetrics:
      SCX_TRY(openmetrics(options));
      break;
    case Command::show:
      SCX_TRY(options.watch ? watch(options) : show_once(options));
      break;
  }
  return 0;
}

}  // namespace
}  // namespace scx::scxstat

int main(int argc, char** argv) {
  // A reader that goes away is seen where the text is written.
  std::signal(SIGPIPE, SIG_IGN);
  const auto [options, exit_status] = scx::scxstat::parse_options(argc, argv);
  if (exit_status) return *exit_status;
  const auto status = scx::scxstat::run(options);
  if (status) return *status;
  // "| head" has seen enough.
  return status.error().err == EPIPE ? 0 : scx::tools::report("scxstat", status.error());
}
