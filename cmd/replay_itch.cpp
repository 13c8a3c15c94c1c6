// trade replay itch: a recorded market, played in by the house.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "arguments.hpp"
#include "base/clock.hpp"
#include "commands.hpp"
#include "format/journal_json.hpp"
#include "format/rejection.hpp"
#include "interrupt.hpp"
#include "itch/file_reader.hpp"
#include "itch/reference_market.hpp"
#include "itch_player.hpp"
#include "itch_verify.hpp"
#include "progress.hpp"
#include "replay_pace.hpp"
#include "scenario/value.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  std::string file;
  std::vector<std::string> symbols;
  PaceOptions pace;
  bool verify_book = false;
  bool dry_run = false;
};

Result<double> parse_speed(std::string_view text) {
  if (text == "max") return 0.0;
  std::string_view number = text;
  if (number.ends_with('x')) number.remove_suffix(1);
  double speed = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), speed);
  if (error != std::errc{} || end != number.data() + number.size() || !(speed >= 0.001) || speed > 1e6) {
    return fail(ErrorCode::usage, "not a speed: '" + std::string(text.substr(0, 40)) + "'",
                "write 'max', or how many times the recording's speed: 10");
  }
  return speed;
}

/// The stock that a message itself names; null where it names none.
const itch::Stock* stock_of(const itch::Message& message) {
  return std::visit(
      [](const auto& body) -> const itch::Stock* {
        if constexpr (requires { body.stock; }) {
          return &body.stock;
        } else {
          return nullptr;
        }
      },
      message);
}

/// Which messages are played: those of the wanted stocks, known by the number that the day gave them.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& symbols) : wanted_(symbols.begin(), symbols.end()) {}

  bool wants(const itch::Message& message) {
    const std::uint16_t locate = itch::header_of(message).stock_locate;
    const itch::Stock* stock = stock_of(message);
    if (stock == nullptr) return wanted_.empty() || wanted_locates_.contains(locate);
    const bool wanted = wanted_.empty() || wanted_.contains(stock->string());
    if (wanted) {
      seen_.insert(stock->string());
      wanted_locates_.insert(locate);
    }
    return wanted;
  }
  [[nodiscard]] std::size_t symbols_seen() const { return seen_.size(); }

 private:
  std::set<std::string> wanted_;
  std::set<std::string> seen_;
  std::set<std::uint16_t> wanted_locates_;
};

/// What was read, whatever was made of it.
struct Tally {
  std::uint64_t messages = 0;
  std::array<std::uint64_t, 128> by_type{};
};

/// The house account, opened if need be.
Result<AccountId> find_house(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<AccountView> house = (*client)->account(house_account_name);
  if (!house && house.error().code == ErrorCode::not_found) {
    const OpenAccount open{.name = *AccountName::make(house_account_name), .type = AccountType::house};
    Result<CommandResult> opened = submit(context, {open, house_account_name, {}}, "open the house account");
    if (!opened) return pass_on(std::move(opened));
    house = (*client)->account(house_account_name);
  }
  if (!house) return pass_on(std::move(house));
  if (house->type != AccountType::house) {
    return fail(ErrorCode::rejected, "the account 'house' is not of the type house",
                "a recorded market needs that name: use a home in which it is free");
  }
  return house->number;
}

/// A number that no other run has: the present, in letters and digits.
std::string run_name() {
  char text[16];
  const auto now = static_cast<std::uint64_t>(SystemClock().now().nanoseconds);
  return {text, std::to_chars(text, text + sizeof text, now, 36).ptr};
}

class Replay {
 public:
  Replay(Context& context, const Arguments& arguments, itch::FileReader reader)
      : context_(context), arguments_(arguments), reader_(std::move(reader)), selection_(arguments.symbols) {}

  Result<ExitStatus> run() {
    if (!arguments_.dry_run) {
      if (Status prepared = prepare(); !prepared) return pass_on(std::move(prepared));
    }
    const CooperativeInterrupt interrupt;
    start_ = monotonic_nanoseconds();
    Status played = play_all(interrupt);
    if (player_ && played) played = player_->finish();
    elapsed_seconds_ = static_cast<double>(monotonic_nanoseconds() - start_) / 1e9;
    if (played && tally_.messages == 0 && !interrupt.requested()) {
      return fail(ErrorCode::corrupt, arguments_.file + " has no messages");
    }
    BookDifferences differences;
    if (played && player_ && arguments_.verify_book && !interrupt.requested()) {
      Result<BookDifferences> compared = compare_book(context_, *player_, reference_);
      if (!compared) return pass_on(std::move(compared));
      differences = std::move(*compared);
    }
    print_summary(differences);
    if (!played) return pass_on(std::move(played));
    if (player_ && player_->counts().rejected > 0) {
      context_.note("trade: " + std::to_string(player_->counts().rejected) +
                    " commands were refused, the first one: " + player_->counts().first_rejection);
    }
    if (differences.count > 0) {
      return fail_named(
          ErrorCode::difference, "book_difference",
          std::to_string(differences.count) + " order(s) differ from the file's: " + differences.first);
    }
    return interrupt.requested() ? ExitStatus::interrupted : ExitStatus::done;
  }

 private:
  Status prepare() {
    Result<AccountId> house = find_house(context_);
    if (!house) return pass_on(std::move(house));
    Result<Client*> client = context_.client();
    if (!client) return pass_on(std::move(client));
    Result<std::vector<SymbolView>> symbols = (*client)->symbols();
    if (!symbols) return pass_on(std::move(symbols));
    Result<ClientOptions> options = context_.client_options();
    if (!options) return pass_on(std::move(options));
    player_ = std::make_unique<ItchPlayer>(*options, *house, run_name(), *symbols);
    return {};
  }

  Status play_all(const CooperativeInterrupt& interrupt) {
    std::unique_ptr<Pace> pace;
    if (player_) {
      Result<std::unique_ptr<Pace>> made = make_pace(context_, arguments_.pace, *player_, interrupt);
      if (!made) return pass_on(std::move(made));
      pace = std::move(*made);
    }
    Progress progress(context_, "messages", 0);
    while (!interrupt.requested()) {
      Result<std::optional<itch::Message>> message = reader_.next();
      if (!message) return pass_on(std::move(message));
      if (!*message) break;
      const auto recorded = static_cast<std::int64_t>(itch::header_of(**message).nanoseconds);
      if (arguments_.pace.until && recorded >= *arguments_.pace.until) break;
      ++tally_.messages;
      ++tally_.by_type[static_cast<unsigned char>(itch::type_of(**message)) & 127u];
      if (selection_.wants(**message)) {
        if (pace) {
          Result<bool> due = pace->await(recorded);
          if (!due) return pass_on(std::move(due));
          if (!*due) break;
        }
        if (Status played = play(**message); !played) return played;
      }
      progress.update(tally_.messages, reader_.file_bytes_read(), reader_.file_bytes());
    }
    return pace ? pace->finish() : Status();
  }

  Status play(const itch::Message& message) {
    if (arguments_.dry_run || arguments_.verify_book) {
      Result<itch::Applied> applied = reference_.apply(message);
      if (!applied) return pass_on(std::move(applied));
      if (!player_ && applied->effect == itch::Applied::Effect::executed && is_printable(message)) {
        ++reference_executions_;
        if (applied->at_best_price && applied->at_queue_head) ++reference_exact_;
      }
    }
    return player_ ? player_->play(message) : Status();
  }

  static bool is_printable(const itch::Message& message) {
    const auto* priced = std::get_if<itch::OrderExecutedWithPrice>(&message);
    return priced == nullptr || priced->printable;
  }

  void print_summary(const BookDifferences& differences) {
    format::Json record;
    if (arguments_.dry_run) record["dry_run"] = true;
    record["messages"] = tally_.messages;
    record["by_type"] = format::Json::object();
    for (std::size_t letter = 0; letter < tally_.by_type.size(); ++letter) {
      if (tally_.by_type[letter] > 0) {
        record["by_type"][std::string(1, static_cast<char>(letter))] = tally_.by_type[letter];
      }
    }
    record["symbols"] = selection_.symbols_seen();
    record["executions"] = player_ ? player_->counts().executions : reference_executions_;
    record["executions_exact"] = player_ ? player_->counts().executions_exact : reference_exact_;
    record["resting_orders"] = player_ ? player_->resting_orders() : reference_.resting_orders();
    record["elapsed_seconds"] = elapsed_seconds_;
    record["messages_per_second"] =
        elapsed_seconds_ > 0 ? std::llround(static_cast<double>(tally_.messages) / elapsed_seconds_) : 0;
    if (player_) {
      record["orders_gone"] = player_->counts().orders_gone;
      record["unknown_references"] = player_->counts().unknown_references;
      record["rejected"] = player_->counts().rejected;
    }
    if (arguments_.verify_book && player_) record["book_differences"] = differences.count;
    context_.output().record(record);
  }

  Context& context_;
  const Arguments& arguments_;
  itch::FileReader reader_;
  Selection selection_;
  std::unique_ptr<ItchPlayer> player_;  ///< none in a dry run
  itch::ReferenceMarket reference_;
  std::uint64_t reference_executions_ = 0;
  std::uint64_t reference_exact_ = 0;
  Tally tally_;
  std::int64_t start_ = 0;
  double elapsed_seconds_ = 0;
};

Result<ExitStatus> replay_itch(Context& context, const Arguments& arguments) {
  if (arguments.pace.at && arguments.pace.until && *arguments.pace.at >= *arguments.pace.until)
    return fail(ErrorCode::usage, "--until comes before --at");
  Result<itch::FileReader> reader = itch::FileReader::open(arguments.file);
  if (!reader) return pass_on(std::move(reader));
  return Replay(context, arguments, std::move(*reader)).run();
}

}  // namespace

Handler define_replay_itch(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "file", arguments->file, parse_text, file_kind, "The recording, plain or gzip"));
  add_values(app, "--symbol", arguments->symbols, parse_symbol_text, symbol_kind, "Play these symbols alone");
  add_value(app, "--speed", arguments->pace.speed, parse_speed, "X|max", "Times the recording's speed (max)");
  add_value(app, "--at", arguments->pace.at, scenario::parse_time_of_day, "HH:MM[:SS]",
            "Play what comes before this at once");
  add_value(app, "--until", arguments->pace.until, scenario::parse_time_of_day, "HH:MM[:SS]",
            "Play nothing from this on");
  add_value(app, "--date", arguments->pace.date, parse_date, "DATE",
            "The recording's day, where the suite's clock is simulated");
  add_flag(app, "--verify-book", arguments->verify_book,
           "At the end, compare resting orders with the file's own");
  add_flag(app, "--dry-run", arguments->dry_run, "Read the file and keep its books; send nothing");
  return [arguments](Context& context) { return replay_itch(context, *arguments); };
}

}  // namespace trade::cmd
