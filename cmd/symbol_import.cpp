// trade symbol import: adds what Nasdaq's symbol directory lists (nasdaqlisted.txt, otherlisted.txt: fields
// between '|', a heading first, "File Creation Time" last) or a CSV with the same columns.
#include <fstream>
#include <iostream>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "submit.hpp"
#include "symbol_directory.hpp"

namespace trade::cmd {

namespace {

constexpr std::size_t symbols_per_request = 1'000;

struct Arguments {
  std::string file;
  bool dry_run = false;
};

struct Summary {
  std::uint64_t added = 0;
  std::uint64_t existing = 0;
};

Status add_symbols(Client& client, const std::vector<Symbol>& symbols, bool only_dry_run, Summary& summary) {
  for (std::size_t start = 0; start < symbols.size(); start += symbols_per_request) {
    SubmitRequest request;
    request.dry_run = only_dry_run;
    const std::size_t end = std::min(symbols.size(), start + symbols_per_request);
    for (std::size_t i = start; i < end; ++i) {
      request.commands.push_back(
          {AddSymbol{.symbol = symbols[i], .previous_close = {}}, {}, symbols[i].view()});
    }
    Result<SubmitReply> reply = client.submit(request);
    if (!reply) return pass_on(std::move(reply));
    for (const CommandResult& result : reply->results) {
      if (result.reason == RejectReason::none) {
        ++summary.added;
      } else if (result.reason == RejectReason::symbol_exists) {
        ++summary.existing;
      } else {
        return fail_named(ErrorCode::rejected, row_of(result.reason).name,
                          std::string(row_of(result.reason).text) + ": after " +
                              std::to_string(summary.added + summary.existing) + " symbols");
      }
    }
  }
  return {};
}

Result<ExitStatus> import_symbols(Context& context, const Arguments& arguments) {
  std::ifstream file;
  if (arguments.file != "-") {
    file.open(arguments.file);
    if (!file) return fail(ErrorCode::not_found, "cannot read " + arguments.file);
  }
  Result<SymbolDirectory> directory = read_symbol_directory(
      arguments.file == "-" ? std::cin : file, arguments.file == "-" ? "standard input" : arguments.file);
  if (!directory) return pass_on(std::move(directory));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Summary summary;
  Status added = add_symbols(**client, directory->symbols, arguments.dry_run, summary);
  format::Json record;
  if (arguments.dry_run) record["dry_run"] = true;
  record["file"] = arguments.file;
  record["added"] = summary.added;
  record["existing"] = summary.existing;
  record["test_issues"] = directory->test_issues;
  record["skipped"] = directory->skipped;
  context.output().record(record);
  if (directory->skipped > 0) context.note("trade: skipped: " + directory->first_skipped);
  if (!added) return pass_on(std::move(added));
  return ExitStatus::done;
}

}  // namespace

Handler define_symbol_import(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(
      add_value(app, "file", arguments->file, parse_text, file_kind, "The directory; '-': standard input"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return import_symbols(context, *arguments); };
}

}  // namespace trade::cmd
