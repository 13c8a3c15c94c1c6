// What one order costs on its way through the suite, step by step: the same code as in the daemons, one after
// the other in one thread, without sockets. Processor time of each step in nanoseconds an order, cancels and
// all that came of it included. An argument says how many orders.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/clock.hpp"
#include "bus/frame.hpp"
#include "journal/events_reader.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "ledger/frame.hpp"
#include "ledger/ledger.hpp"
#include "market/market.hpp"
#include "sequencer/sequencer.hpp"
#include "wire/wire.hpp"
#include "workload/processor_time.hpp"

namespace trade {
namespace {

// As `trade bench day` has them.
constexpr std::uint32_t accounts = 100'000;
constexpr std::uint32_t symbols = 1'000;
constexpr std::uint32_t symbols_per_account = 4;
constexpr std::size_t orders_per_request = 64;
/// About as many orders in one commit as the day has.
constexpr std::size_t requests_per_batch = 20;
constexpr Price middle_price{1'000'000};
constexpr std::int64_t price_steps = 4;

enum Step : std::uint8_t {
  client_encode,
  decode,
  sequence,
  encode_batch,
  hash_record,
  append,
  encode_replies,
  client_decode,
  read_batch,
  fold,
  frame,
  market_step,
  step_count
};
constexpr std::array<const char*, step_count> step_names = {
    "client: encode requests",
    "tradingd: decode requests",
    "tradingd: sequence, check risk, match",
    "tradingd: encode the batch",
    "tradingd: checksum and hash (also in the next)",
    "tradingd: append to the journal, not synced",
    "tradingd: encode replies",
    "client: decode replies",
    "ledgerd, feedd, each: read and decode a batch",
    "ledgerd: fold into the books",
    "ledgerd: postings frame",
    "feedd: quotes, depth, tape, bars",
};

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  std::exit(1);
}
template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}
void must(Status status) {
  if (!status) give_up(status.error());
}

/// splitmix64
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = (state += 0x9e3779b97f4a7c15u);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return mixed ^ (mixed >> 31);
}

SymbolId symbol_of(std::uint32_t account, std::uint32_t nth) {
  return SymbolId{1 + (account * 7 + nth * 13) % symbols};
}

class Path {
 public:
  explicit Path(const std::filesystem::path& directory)
      : writer_(must(journal::open_writer(directory, {.sync = false}))),
        sequencer_(Engine(), writer_->head(), clock_) {
    set_up();
    reader_ = must(journal::open_events_reader(directory));
    follow();
    seconds_ = {};
  }

  void trade(std::uint64_t orders) {
    for (std::uint64_t done = 0; done < orders; done += orders_per_request * requests_per_batch) {
      run_batch();
      orders_ += orders_per_request * requests_per_batch;
    }
  }

  void report() const {
    double all = 0;
    const auto each = static_cast<double>(orders_);
    for (std::size_t step = 0; step < step_count; ++step) {
      std::printf("%-50s %7.0f ns\n", step_names[step], seconds_[step] * 1e9 / each);
      if (step != hash_record) all += seconds_[step] * (step == read_batch ? 2 : 1);
    }
    std::printf("%-50s %7.0f ns\n", "all", all * 1e9 / each);
    std::printf("%.2f cancels, %.2f events, %.2f trades, %.0f bytes of journal an order\n",
                static_cast<double>(cancels_) / each, static_cast<double>(events_) / each,
                static_cast<double>(ledger_.trades().next()) / each, static_cast<double>(bytes_) / each);
  }

 private:
  template <class Work>
  void timed(Step step, Work&& work) {
    const double begun = workload::thread_seconds();
    work();
    seconds_[step] += workload::thread_seconds() - begun;
  }

  void set_up() {
    sequencer_.sequence(SetSession{.phase = SessionPhase::open, .trading_date = Date{20'000}});
    for (std::uint32_t i = 1; i <= symbols; ++i)
      sequencer_.sequence(
          AddSymbol{.symbol = *Symbol::make("B" + std::to_string(i)), .previous_close = middle_price});
    for (std::uint32_t i = 0; i < accounts; ++i) {
      const AccountId account{i + 1};
      sequencer_.sequence(OpenAccount{.name = *AccountName::make("bench-" + std::to_string(i + 1))});
      sequencer_.sequence(DepositCash{account, Money{100'000'000 * units_per_dollar}});
      for (std::uint32_t nth = 0; nth < symbols_per_account; ++nth)
        sequencer_.sequence(TransferShares{account, symbol_of(i, nth), Quantity{1'000'000}, middle_price});
    }
    commit();
  }

  void commit() {
    sequencer::Sequencer::ClosedBatch closed;
    timed(encode_batch, [&] { closed = sequencer_.close(); });
    timed(hash_record, [&] {
      static_cast<void>(journal::make_record_header(closed.header, closed.last_sequence, closed.next_command,
                                                    {}, closed.encoded));
    });
    timed(append, [&] {
      must(writer_->append(closed.header, closed.encoded, closed.last_sequence, closed.next_command));
      writer_->prepare();
    });
    bytes_ += closed.encoded.size();
  }

  void make_request() {
    request_.commands.clear();
    for (std::size_t i = 0; i < orders_per_request; ++i) {
      PlaceOrder order;
      const auto account = static_cast<std::uint32_t>(next_random(random_) % accounts);
      const std::uint64_t bits = next_random(random_);
      order.account = AccountId{1 + account};
      order.symbol = symbol_of(account, static_cast<std::uint32_t>(bits % symbols_per_account));
      order.side = (bits >> 8) % 2 == 0 ? Side::buy : Side::sell;
      order.type = OrderType::limit;
      order.quantity = Quantity{static_cast<std::int64_t>(1 + (bits >> 16) % 100)};
      order.limit_price.units =
          middle_price.units +
          (static_cast<std::int64_t>((bits >> 32) % (2 * price_steps + 1)) - price_steps) * 100;
      request_.commands.push_back({order, {}, {}});
    }
    for (std::size_t i = 0; i < orders_per_request && !to_cancel_.empty(); ++i) {
      request_.commands.push_back({to_cancel_.back(), {}, {}});
      to_cancel_.pop_back();
      ++cancels_;
    }
  }

  void run_batch() {
    for (std::size_t i = 0; i < requests_per_batch; ++i) {
      make_request();
      requests_[i] = request_.commands;
      Request request{i, request_};
      timed(client_encode, [&] {
        const wire::Bytes bytes = encoder_.encode(request);
        frame_.assign(bytes.data(), bytes.size());
      });
      Request received;
      timed(decode, [&] { received = must(wire::decode_request(frame_.bytes())); });
      timed(sequence, [&] { sequencer_.handle(client_, received, frame_); });
    }
    commit();
    sequencer_.take_replies(replies_);
    for (std::size_t i = 0; i < replies_.size(); ++i) {
      timed(encode_replies, [&] {
        const wire::Bytes bytes = encoder_.encode(replies_[i].reply);
        frame_.assign(bytes.data(), bytes.size());
      });
      Reply reply;
      timed(client_decode, [&] { reply = must(wire::decode_reply(frame_.bytes())); });
      note(requests_[i], std::get<SubmitReply>(reply.body).results);
    }
    replies_.clear();
    follow();
  }

  /// Half of what rests is cancelled soon after.
  void note(const std::vector<SubmittedCommand>& commands, const std::vector<CommandResult>& results) {
    for (std::size_t i = 0; i < orders_per_request; ++i) {
      if (results[i].order && !is_terminal(results[i].status) && next_random(random_) % 2 == 0) {
        to_cancel_.push_back({.account = std::get<PlaceOrder>(commands[i].body).account,
                              .order = results[i].order,
                              .client_order_id = {}});
      }
    }
  }

  void follow() {
    const std::uint64_t last = writer_->head().batch;
    for (; followed_ < last; ++followed_) {
      timed(read_batch, [&] {
        if (!must(reader_->read(followed_ + 1, batch_))) give_up(Error{.message = "a batch is missing"});
      });
      entries_.clear();
      timed(fold, [&] { must(ledger_.fold(batch_.events, entries_)); });
      timed(frame, [&] {
        for (const ledger::Entry& entry : entries_)
          postings_.append(entry);
        if (postings_.body_bytes() >= (std::size_t{256} << 10)) {
          postings_.finish(0);
          postings_.clear();
        }
      });
      timed(market_step, [&] {
        must(market_.apply(batch_.events));
        market_.clear_changes();
      });
      events_ += batch_.events.size();
    }
    if (orders_ == 0) events_ = bytes_ = 0;
  }

  SystemClock clock_;
  std::unique_ptr<journal::Writer> writer_;
  sequencer::Sequencer sequencer_;
  std::unique_ptr<journal::Reader> reader_;
  wire::Encoder encoder_;
  bus::Frame frame_;
  bus::ClientIdentity client_;
  SubmitRequest request_;
  std::array<std::vector<SubmittedCommand>, requests_per_batch> requests_;
  std::vector<CancelOrder> to_cancel_;
  std::vector<sequencer::AddressedReply> replies_;
  wire::Batch batch_;
  std::uint64_t followed_ = 0;
  ledger::Ledger ledger_;
  std::vector<ledger::Entry> entries_;
  ledger::FrameWriter postings_;
  market::Market market_;
  std::array<double, step_count> seconds_{};
  std::uint64_t random_ = 1;
  std::uint64_t orders_ = 0;
  std::uint64_t cancels_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
};

int run(std::uint64_t orders) {
  std::string directory = "/var/tmp/trade-bench-path.XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) {
    std::perror("bench_path");
    return 1;
  }
  {
    Path path(directory);
    path.trade(orders);
    path.report();
  }
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace trade

int main(int argc, char** argv) {
  return trade::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000);
}
