// trade depth: the price levels of a symbol's book, once or as they change.
#include <algorithm>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "stream.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint32_t levels_default = 10;
constexpr std::uint64_t levels_max = 1'000;

struct Arguments {
  std::string symbol;
  std::uint32_t levels = levels_default;
  StreamArguments stream;
};

Result<std::uint32_t> parse_levels(std::string_view text) {
  const Result<std::uint64_t> number = parse_count(text);
  if (!number || *number > levels_max) {
    return fail(ErrorCode::usage, "not a number of levels: '" + std::string(text.substr(0, 40)) + "'",
                "it must be from 1 to 1000");
  }
  return static_cast<std::uint32_t>(*number);
}

/// Bids and asks side by side, a row for each level.
std::vector<format::Json> level_rows(const DepthView& depth) {
  std::vector<format::Json> rows;
  for (std::size_t i = 0; i < std::max(depth.bids.size(), depth.asks.size()); ++i) {
    const DepthLevelView* bid = i < depth.bids.size() ? &depth.bids[i] : nullptr;
    const DepthLevelView* ask = i < depth.asks.size() ? &depth.asks[i] : nullptr;
    format::Json row;
    row["symbol"] = depth.symbol;
    row["level"] = i + 1;
    row["bid_orders"] = bid == nullptr ? format::Json(nullptr) : format::Json(bid->orders);
    row["bid_size"] = bid == nullptr ? format::Json(nullptr) : format::Json(bid->size.shares);
    row["bid"] = bid == nullptr ? format::Json(nullptr) : format::Json(format_price(bid->price));
    row["ask"] = ask == nullptr ? format::Json(nullptr) : format::Json(format_price(ask->price));
    row["ask_size"] = ask == nullptr ? format::Json(nullptr) : format::Json(ask->size.shares);
    row["ask_orders"] = ask == nullptr ? format::Json(nullptr) : format::Json(ask->orders);
    row["sequence"] = depth.sequence;
    rows.push_back(std::move(row));
  }
  return rows;
}

/// In JSON a depth is one record, else a list of levels.
format::Layout depth_layout(const Output& output) {
  if (!format::is_json(output.mode())) return format::depth_level_layout();
  format::Layout layout;
  layout.fields = format::field_names(format::json_of(DepthView{}));
  return layout;
}

std::string depth_text(Output& output, const DepthView& depth) {
  if (format::is_json(output.mode())) return output.record_text(depth_layout(output), format::json_of(depth));
  return output.list_text(depth_layout(output), level_rows(depth));
}

Result<ExitStatus> show_depth(Context& context, const Arguments& arguments) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<DepthView> depth = (*client)->depth(arguments.symbol, arguments.levels);
  if (!depth) return pass_on(std::move(depth));
  context.output().write(depth_text(context.output(), *depth));
  return ExitStatus::done;
}

Result<ExitStatus> watch_depth(Context& context, const Arguments& arguments) {
  Output& output = context.output();
  const bool in_place = output.is_terminal() && output.mode() == format::OutputMode::table;
  if (Status checked = output.check(depth_layout(output)); !checked) return pass_on(std::move(checked));
  Redrawing redrawing;
  bool first = true;
  const auto show = [&](const PublicationBody& publication) -> std::optional<std::string> {
    const auto* published = std::get_if<DepthPublished>(&publication);
    if (published == nullptr) return std::nullopt;
    const bool headed = std::exchange(first, false);
    if (in_place) return redrawing.next(depth_text(output, published->depth), output.terminal_height());
    if (output.mode() == format::OutputMode::csv && !headed) {
      const std::string text = depth_text(output, published->depth);
      return text.substr(std::min(text.find('\n'), text.size() - 1) + 1);  // the heading stands already
    }
    // Blocks of lines are told apart by an empty one; an object needs none.
    return (headed || format::is_json(output.mode()) ? "" : "\n") + depth_text(output, published->depth);
  };
  return run_stream(context, arguments.stream, MarketStream::Kind::depth, {arguments.symbol},
                    arguments.levels, show);
}

}  // namespace

Handler define_depth(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_value(app, "--levels", arguments->levels, parse_levels, "N", "Levels of each side (10)");
  add_stream_options(app, arguments->stream);
  add_from_sequence(app, arguments->stream, "Watch, and begin with what this event or a later one changed");
  return [arguments](Context& context) {
    return arguments->stream.wanted() ? watch_depth(context, *arguments) : show_depth(context, *arguments);
  };
}

}  // namespace trade::cmd
