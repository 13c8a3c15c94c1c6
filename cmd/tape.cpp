// trade tape: the trades of a symbol, the last ones or as they happen.
#include <algorithm>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "stream.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint64_t listed_default = 20;
constexpr std::uint64_t listed_max = 1'000'000;

struct Arguments {
  std::string symbol;
  std::uint64_t limit = listed_default;
  StreamArguments stream;
};

Result<ExitStatus> show_tape(Context& context, const Arguments& arguments) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<TapeEntryView>> entries =
      (*client)->tape(arguments.symbol, static_cast<std::uint32_t>(std::min(arguments.limit, listed_max)));
  if (!entries) return pass_on(std::move(entries));
  std::vector<format::Json> records;
  for (const TapeEntryView& entry : *entries)
    records.push_back(format::json_of(entry));
  context.output().list(format::tape_layout(), records);
  return ExitStatus::done;
}

Result<ExitStatus> watch_tape(Context& context, const Arguments& arguments) {
  Result<RecordStream> lines = context.output().stream(format::tape_layout());
  if (!lines) return pass_on(std::move(lines));
  const auto show = [&](const PublicationBody& publication) -> std::optional<std::string> {
    const auto* published = std::get_if<TapePublished>(&publication);
    if (published == nullptr) return std::nullopt;
    return lines->next(format::json_of(published->entry));
  };
  return run_stream(context, arguments.stream, MarketStream::Kind::tape, {arguments.symbol}, 1, show);
}

}  // namespace

Handler define_tape(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_value(app, "--limit", arguments->limit, parse_count, "N", "At most so many, newest first (20)");
  add_stream_options(app, arguments->stream);
  add_from_sequence(app, arguments->stream,
                    "Watch, beginning with the first trade of this sequence or later");
  return [arguments](Context& context) {
    return arguments->stream.wanted() ? watch_tape(context, *arguments) : show_tape(context, *arguments);
  };
}

}  // namespace trade::cmd
