// A client that is not ours: QuickFIX's own initiator, against a running fixd. As C++14, since QuickFIX's
// headers are no later.
//
//   fix_initiator day   PORT STORE DICTIONARY KILL_FIXD KILL_TRADINGD
//   fix_initiator storm PORT STORE DICTIONARY KILL_FIXD KILL_TRADINGD SECONDS SEED
//
// `day` goes through a trading day of a buyer and a seller, in each step of which both must be told what they
// should. `storm` sends random orders, replaces and cancels while daemons are killed, and writes at the end
// what it was told of each order, for comparison. KILL_… are shell commands which kill a daemon and start it
// again. The sessions BUYSIDE and SELLSIDE have the password "open-sesame".
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketInitiator.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int AvgPx = 6, ClOrdID = 11, CumQty = 14, ExecID = 17, ExecInst = 18, HandlInst = 21, LastPx = 31,
              LastQty = 32, MsgSeqNum = 34, MsgType = 35, OrderID = 37, OrderQty = 38, OrdStatus = 39,
              OrdType = 40, OrigClOrdID = 41, PossDup = 43, Price = 44, Side = 54, Symbol = 55, Text = 58,
              TimeInForce = 59, TransactTime = 60, StopPx = 99, CxlRejReason = 102, OrdRejReason = 103,
              MinQty = 110, MaxFloor = 111, ExpireTime = 126, ExecType = 150, LeavesQty = 151,
              PegOffset = 211, BusinessRejectReason = 380;

const char* const password = "open-sesame";

struct Settings {
  std::string port, store, dictionary;
};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what);
}

std::string readable(std::string text) {
  std::replace(text.begin(), text.end(), '\001', '|');
  return text;
}

/// A message that came: its fields in the order of the wire.
struct Received {
  explicit Received(std::string bytes) : raw(std::move(bytes)) {
    for (std::size_t at = 0; at < raw.size();) {
      const std::size_t equals = raw.find('=', at);
      const std::size_t end = std::min(raw.find('\001', at), raw.size());
      if (equals == std::string::npos || equals > end) break;
      fields.emplace(std::atoi(raw.substr(at, equals - at).c_str()),
                     raw.substr(equals + 1, end - equals - 1));
      at = end + 1;
    }
  }
  std::string operator[](int tag) const {
    const auto found = fields.find(tag);
    return found == fields.end() ? std::string() : found->second;
  }
  /// What the application said, which must be the same whenever it is told.
  std::string body() const {
    std::string text;
    for (std::size_t at = 0; at < raw.size();) {
      const std::size_t end = std::min(raw.find('\001', at), raw.size());
      const int tag = std::atoi(raw.c_str() + at);
      const bool of_header = tag == 8 || tag == 9 || tag == 10 || tag == 43 || tag == 52 || tag == 122;
      if (!of_header) text += raw.substr(at, end - at) + '|';
      at = end + 1;
    }
    return text;
  }

  std::string raw;
  std::map<int, std::string> fields;
};

using Fields = std::vector<std::pair<int, std::string>>;

/// One session, as QuickFIX's initiator keeps it: what it asks for, and all that it is told.
class Trader : public FIX::Application, public FIX::LogFactory {
 public:
  Trader(std::string comp_id, const Settings& settings)
      : comp_id_(std::move(comp_id)), settings_(settings), id_("FIX.4.4", comp_id_, "TRADE") {}
  ~Trader() override { stop(true); }

  void start() {
    std::stringstream text;
    text << "[DEFAULT]\nConnectionType=initiator\nReconnectInterval=1\nStartTime=00:00:00\nEndTime=00:00:00\n"
         << "HeartBtInt=5\nSocketConnectHost=127.0.0.1\nSocketConnectPort=" << settings_.port << "\n"
         << "FileStorePath=" << settings_.store
         << "\nUseDataDictionary=Y\nDataDictionary=" << settings_.dictionary << "\nSocketNodelay=Y\n"
         << "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=" << comp_id_ << "\nTargetCompID=TRADE\n";
    session_settings_.reset(new FIX::SessionSettings(text));
    store_.reset(new FIX::FileStoreFactory(*session_settings_));
    initiator_.reset(new FIX::SocketInitiator(*this, *store_, *session_settings_, *this));
    initiator_->start();
  }
  /// With a Logout, or by dropping the line.
  void stop(bool drop) {
    if (!initiator_) return;
    initiator_->stop(drop);
    initiator_.reset();
  }
  bool logged_on() const { return logged_on_; }

  std::string send(const std::string& type, const Fields& fields) {
    FIX::Message message;
    message.getHeader().setField(MsgType, type);
    for (const auto& field : fields)
      message.setField(field.first, field.second);
    if (type == "D" || type == "F" || type == "G" || type == "q")
      message.setField(FIX::TransactTime(FIX::UtcTimeStamp(), 3));
    if (!FIX::Session::sendToTarget(message, id_)) fail(comp_id_ + ": cannot send");
    return message.getField(type == "AF" ? 584 : type == "2" ? 7 : ClOrdID);
  }
  std::string order(const std::string& id, char side, int quantity, const Fields& more) {
    Fields fields{{ClOrdID, id},
                  {HandlInst, "1"},
                  {Symbol, "AAPL"},
                  {Side, std::string(1, side)},
                  {OrderQty, std::to_string(quantity)}};
    fields.insert(fields.end(), more.begin(), more.end());
    return send("D", fields);
  }
  std::string cancel(const std::string& original, const std::string& id, char side) {
    return send("F",
                {{OrigClOrdID, original}, {ClOrdID, id}, {Symbol, "AAPL"}, {Side, std::string(1, side)}});
  }
  std::string replace(const std::string& original, const std::string& id, char side, int quantity,
                      const std::string& price) {
    return send("G", {{OrigClOrdID, original},
                      {ClOrdID, id},
                      {HandlInst, "1"},
                      {Symbol, "AAPL"},
                      {Side, std::string(1, side)},
                      {OrderQty, std::to_string(quantity)},
                      {OrdType, "2"},
                      {Price, price}});
  }

  /// The next message of this type, of those that were not taken yet, with these values; later ones may have
  /// come before it.
  Received expect(const std::string& type, const Fields& wanted, int seconds = 20) {
    const auto deadline = Clock::now() + std::chrono::seconds(seconds);
    for (;;) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        for (auto message = inbox_.begin(); message != inbox_.end(); ++message) {
          const bool fits = (*message)[MsgType] == type &&
                            std::all_of(wanted.begin(), wanted.end(), [&](const auto& field) {
                              return (*message)[field.first] == field.second;
                            });
          if (!fits) continue;
          const Received found = *message;
          inbox_.erase(message);
          return found;
        }
      }
      if (Clock::now() > deadline) {
        std::string text = comp_id_ + ": no " + type + " with";
        for (const auto& field : wanted)
          text += " " + std::to_string(field.first) + "=" + field.second;
        std::lock_guard<std::mutex> lock(mutex_);
        for (const Received& message : inbox_)
          text += "\n  instead " + readable(message.raw);
        fail(text);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  void expect_report(const std::string& id, const std::string& type, const std::string& status,
                     Fields more = {}) {
    more.insert(more.end(), {{ClOrdID, id}, {ExecType, type}, {OrdStatus, status}});
    expect("8", more);
  }
  void await(const std::string& what, const std::function<bool()>& holds, int seconds = 30) {
    const auto deadline = Clock::now() + std::chrono::seconds(seconds);
    while (!holds()) {
      if (Clock::now() > deadline) fail(comp_id_ + ": " + what + " did not come about");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  void await_logon() {
    await("a logon", [this] { return logged_on_; });
  }
  std::vector<Received> take_all() {
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<Received> all;
    all.swap(inbox_);
    return all;
  }
  /// What is wrong with all that came: an ExecID that was told twice, a message that was another when it came
  /// again.
  std::vector<std::string> problems() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return problems_;
  }
  std::size_t came_again() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return came_again_;
  }
  std::size_t bodies() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return bodies_.size();
  }

 private:
  // FIX::Application
  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override { logged_on_ = true; }
  void onLogout(const FIX::SessionID&) override { logged_on_ = false; }
  void toAdmin(FIX::Message& message, const FIX::SessionID&) override {
    if (message.getHeader().getField(MsgType) == "A") message.setField(554, password);
  }
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {
    if (message.getHeader().getField(MsgType) != "3") return;
    std::lock_guard<std::mutex> lock(mutex_);
    problems_.push_back("rejected: " + readable(message.toString()));
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                            FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
    Received received(message.toString());
    std::lock_guard<std::mutex> lock(mutex_);
    if (received[MsgType] == "8" && !execution_ids_.insert(received[ExecID]).second)
      problems_.push_back("told twice: " + readable(received.raw));
    inbox_.push_back(std::move(received));
  }

  // FIX::LogFactory: what comes, also what QuickFIX does not hand on since it came before.
  class Log : public FIX::Log {
   public:
    explicit Log(Trader& trader) : trader_(trader) {}
    void clear() override {}
    void backup() override {}
    void onIncoming(const std::string& text) override { trader_.incoming(text); }
    void onOutgoing(const std::string&) override {}
    void onEvent(const std::string& text) override {
      if (std::getenv("FIX_INITIATOR_VERBOSE") != nullptr)
        std::fprintf(stderr, "%s: %s\n", trader_.comp_id_.c_str(), text.c_str());
    }

   private:
    Trader& trader_;
  };
  FIX::Log* create() override { return new Log(*this); }
  FIX::Log* create(const FIX::SessionID&) override { return new Log(*this); }
  void destroy(FIX::Log* log) override { delete log; }

  void incoming(const std::string& text) {
    const Received received(text);
    const std::string type = received[MsgType];
    if (type != "8" && type != "9" && type != "j" && type != "r") return;
    std::lock_guard<std::mutex> lock(mutex_);
    const auto kept = bodies_.emplace(received[MsgSeqNum], received.body());
    if (kept.second) return;
    ++came_again_;
    if (kept.first->second != received.body())
      problems_.push_back("other bytes: " + kept.first->second + " then " + received.body());
  }

  std::string comp_id_;
  Settings settings_;
  FIX::SessionID id_;
  std::unique_ptr<FIX::SessionSettings> session_settings_;
  std::unique_ptr<FIX::FileStoreFactory> store_;
  std::unique_ptr<FIX::SocketInitiator> initiator_;
  volatile bool logged_on_ = false;
  mutable std::mutex mutex_;
  std::vector<Received> inbox_;
  std::set<std::string> execution_ids_;
  std::map<std::string, std::string> bodies_;  ///< by MsgSeqNum
  std::size_t came_again_ = 0;
  std::vector<std::string> problems_;
};

void run_command(const std::string& command) {
  if (std::system(command.c_str()) != 0) fail("failed: " + command);
}

void say(const std::string& text) {
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

const Fields at_150{{OrdType, "2"}, {Price, "150.00"}};

Fields limit(const std::string& price, Fields more = {}) {
  more.insert(more.end(), {{OrdType, "2"}, {Price, price}});
  return more;
}

// --- a day ---

void partial_fills_replaces_and_cancels(Trader& buyer, Trader& seller) {
  say("partial fills, replaces, late cancels");
  buyer.order("b1", '1', 100, at_150);
  buyer.expect_report("b1", "0", "0", {{LeavesQty, "100"}});
  seller.order("s1", '2', 40, at_150);
  seller.expect_report("s1", "F", "2", {{LastQty, "40"}, {LastPx, "150.00"}});
  buyer.expect_report("b1", "F", "1", {{CumQty, "40"}, {LeavesQty, "60"}, {AvgPx, "150.00"}});
  buyer.replace("b1", "b2", '1', 80, "149.50");
  buyer.expect_report("b2", "5", "1", {{OrigClOrdID, "b1"}, {OrderQty, "80"}, {LeavesQty, "40"}});
  seller.order("s2", '2', 10, limit("149.50"));
  buyer.expect_report("b2", "F", "1", {{CumQty, "50"}, {LastPx, "149.50"}});
  buyer.cancel("b2", "b3", '1');
  buyer.expect_report("b3", "4", "4", {{OrigClOrdID, "b2"}, {CumQty, "50"}, {LeavesQty, "0"}});
  for (const char* const name : {"b1", "b2"}) {
    buyer.cancel(name, std::string("late-") + name, '1');
    buyer.expect("9", {{CxlRejReason, "0"}, {OrdStatus, "4"}, {434, "1"}, {OrigClOrdID, name}});
    buyer.replace(name, std::string("later-") + name, '1', 90, "149.00");
    buyer.expect("9", {{CxlRejReason, "0"}, {434, "2"}, {OrigClOrdID, name}});
  }
  buyer.cancel("never", "late-never", '1');
  buyer.expect("9", {{CxlRejReason, "1"}, {OrdStatus, "8"}, {OrderID, "NONE"}});
  seller.cancel("b1", "not-yours", '1');
  seller.expect("9", {{CxlRejReason, "1"}});
  buyer.order("b1", '1', 1, at_150);
  buyer.expect_report("b1", "8", "8", {{OrdRejReason, "6"}});
}

void every_type(Trader& buyer, Trader& seller) {
  say("orders of every type and instruction");
  seller.order("m1", '2', 10, limit("151.00"));
  seller.expect_report("m1", "0", "0");
  buyer.order("market", '1', 10, {{OrdType, "1"}});
  buyer.expect_report("market", "F", "2", {{LastPx, "151.00"}, {851, "2"}});
  seller.expect_report("m1", "F", "2", {{851, "1"}});
  buyer.order("stop", '1', 3, {{OrdType, "3"}, {StopPx, "152.00"}});
  buyer.expect_report("stop", "0", "0");
  buyer.order("stop-limit", '1', 4, {{OrdType, "4"}, {StopPx, "152.00"}, {Price, "151.90"}});
  buyer.expect_report("stop-limit", "0", "0");
  seller.order("m2", '2', 30, limit("152.00"));
  seller.expect_report("m2", "0", "0");
  buyer.order("to-152", '1', 5, limit("152.00"));
  buyer.expect_report("to-152", "F", "2");
  buyer.expect_report("stop", "L", "0");
  buyer.expect_report("stop-limit", "L", "0");
  buyer.expect_report("stop", "F", "2", {{LastQty, "3"}, {LastPx, "152.00"}});
  buyer.cancel("stop-limit", "stop-limit-x", '1');
  buyer.expect_report("stop-limit-x", "4", "4");
  seller.order("trail", '2', 5, {{OrdType, "P"}, {ExecInst, "a"}, {PegOffset, "1.00"}});
  seller.expect_report("trail", "0", "0", {{ExecInst, "a"}, {PegOffset, "1.00"}, {OrdType, "P"}});
  seller.order("trail-share", '2', 5, {{OrdType, "P"}, {ExecInst, "a"}, {PegOffset, "50"}, {836, "1"}});
  seller.expect_report("trail-share", "0", "0", {{PegOffset, "50"}, {836, "1"}});
  buyer.order("ioc", '1', 100, limit("152.00", {{TimeInForce, "3"}}));
  buyer.expect_report("ioc", "F", "1", {{CumQty, "22"}, {TimeInForce, "3"}});
  buyer.expect_report("ioc", "4", "4", {{CumQty, "22"}, {LeavesQty, "0"}});
  buyer.order("fok", '1', 100, limit("152.00", {{TimeInForce, "4"}}));
  buyer.expect_report("fok", "4", "4", {{CumQty, "0"}});
  buyer.order("gtc", '1', 1, limit("140.00", {{TimeInForce, "1"}}));
  buyer.expect_report("gtc", "0", "0", {{TimeInForce, "1"}});
  buyer.order("gtd", '1', 1, limit("140.00", {{TimeInForce, "6"}, {ExpireTime, "20991231-00:00:00.000"}}));
  buyer.expect_report("gtd", "0", "0", {{ExpireTime, "20991231-00:00:00.000"}});
  buyer.order("close", '1', 1, limit("140.00", {{TimeInForce, "7"}}));
  buyer.expect_report("close", "0", "0", {{TimeInForce, "7"}});
  buyer.order("open", '1', 1, limit("140.00", {{TimeInForce, "2"}}));
  buyer.expect("8", {{ClOrdID, "open"}});
  buyer.order("all", '1', 7, limit("140.00", {{ExecInst, "G"}}));
  buyer.expect_report("all", "0", "0", {{ExecInst, "G"}});
  buyer.order("post", '1', 7, limit("140.00", {{ExecInst, "6"}}));
  buyer.expect_report("post", "0", "0", {{ExecInst, "6"}});
  buyer.order("iceberg", '1', 70, limit("140.00", {{MaxFloor, "10"}}));
  buyer.expect_report("iceberg", "0", "0", {{MaxFloor, "10"}});
  buyer.order("least", '1', 70, limit("140.00", {{MinQty, "50"}}));
  buyer.expect_report("least", "0", "0", {{MinQty, "50"}});
  seller.order("m3", '2', 5, limit("153.00"));
  seller.expect_report("m3", "0", "0");
  buyer.order("post-cross", '1', 5, limit("153.00", {{ExecInst, "6"}}));
  buyer.expect_report("post-cross", "8", "8", {{OrdRejReason, "0"}});
  buyer.order("slide", '1', 5, limit("153.00", {{ExecInst, "6"}, {5002, "Y"}}));
  buyer.expect_report("slide", "0", "0", {{Price, "152.99"}});
  seller.order("self", '1', 5, limit("153.00", {{5001, "2"}}));
  seller.expect_report("self", "4", "4", {{Text, "self_trade"}});
  buyer.order("tick", '1', 5, limit("140.001"));
  buyer.expect_report("tick", "8", "8", {{OrdRejReason, "99"}});
  buyer.order("dear", '1', 1000000, limit("150.00"));
  buyer.expect_report("dear", "8", "8", {{OrdRejReason, "3"}});
}

void ask_and_end_all(Trader& buyer, Trader& seller) {
  say("mass status and mass cancel");
  buyer.send("AF", {{584, "all"}, {585, "7"}});
  const Received first = buyer.expect("8", {{584, "all"}, {ExecType, "I"}});
  const int count = std::atoi(first[911].c_str());
  if (count < 5) fail("mass status tells of " + first[911]);
  std::set<std::string> told{first[ClOrdID]};
  for (int i = 1; i < count; ++i)
    told.insert(buyer.expect("8", {{584, "all"}, {911, std::to_string(count)}})[ClOrdID]);
  if (static_cast<int>(told.size()) != count || told.count("gtc") == 0) fail("mass status leaves some out");
  buyer.send("q", {{ClOrdID, "q1"}, {530, "7"}});
  buyer.expect("r", {{ClOrdID, "q1"}, {531, "7"}, {533, std::to_string(count)}});
  for (const std::string& name : told)
    buyer.expect_report(name, "4", "4");
  // Also what is under way is ended.
  buyer.order("q-late", '1', 1, limit("140.00"));
  buyer.send("q", {{ClOrdID, "q2"}, {530, "1"}, {Symbol, "AAPL"}, {Side, "1"}});
  buyer.expect_report("q-late", "0", "0");
  buyer.expect_report("q-late", "4", "4");
  seller.send("q", {{ClOrdID, "q3"}, {530, "7"}});
  seller.expect("r", {{ClOrdID, "q3"}});
  for (const char* const name : {"trail", "trail-share", "m3"})
    seller.expect_report(name, "4", "4");
}

void disconnect_in_the_middle(Trader& buyer, Trader& seller) {
  say("a disconnect in the middle, and the resend after it");
  buyer.order("d1", '1', 50, at_150);
  buyer.expect_report("d1", "0", "0");
  buyer.stop(true);
  seller.order("d2", '2', 20, at_150);
  seller.expect_report("d2", "F", "2");
  buyer.start();
  buyer.await_logon();
  buyer.expect_report("d1", "F", "1", {{CumQty, "20"}, {PossDup, "Y"}});
  buyer.cancel("d1", "d1-x", '1');
  buyer.expect_report("d1-x", "4", "4", {{CumQty, "20"}});
}

void kills(Trader& buyer, Trader& seller, const std::string& kill_fixd, const std::string& kill_tradingd) {
  say("kill -9 of fixd");
  buyer.order("k1", '1', 50, at_150);
  buyer.expect_report("k1", "0", "0");
  run_command(kill_fixd);
  buyer.await_logon();
  seller.await_logon();
  buyer.await("a line after the kill", [&] { return buyer.logged_on() && seller.logged_on(); });
  seller.order("k2", '2', 20, at_150);
  buyer.expect_report("k1", "F", "1", {{CumQty, "20"}});
  say("kill -9 of tradingd");
  run_command(kill_tradingd);
  buyer.replace("k1", "k3", '1', 40, "150.00");
  buyer.expect_report("k3", "5", "1", {{CumQty, "20"}, {LeavesQty, "20"}});
  seller.order("k4", '2', 20, at_150);
  buyer.expect_report("k3", "F", "2", {{CumQty, "40"}});
}

void day(const Settings& settings, const std::string& kill_fixd, const std::string& kill_tradingd) {
  Trader buyer("BUYSIDE", settings);
  Trader seller("SELLSIDE", settings);
  buyer.start();
  seller.start();
  buyer.await_logon();
  seller.await_logon();
  partial_fills_replaces_and_cancels(buyer, seller);
  every_type(buyer, seller);
  ask_and_end_all(buyer, seller);
  disconnect_in_the_middle(buyer, seller);
  kills(buyer, seller, kill_fixd, kill_tradingd);
  say("a resend of the whole day");
  for (Trader* trader : {&buyer, &seller}) {
    const std::size_t all = trader->bodies();
    const std::size_t before = trader->came_again();
    trader->send("2", {{7, "1"}, {16, "0"}});
    trader->await("the resend of every message", [&] { return trader->came_again() >= before + all; });
    trader->stop(false);
    for (const std::string& problem : trader->problems())
      fail(problem);
  }
}

// --- a storm ---

/// What one side was told of an order.
struct Told {
  std::string client_order_id;  ///< its newest
  std::string status;
  long filled = 0;
};

class Stormer {
 public:
  Stormer(Trader& trader, char side, std::uint64_t seed)
      : trader_(trader), side_(side), prefix_(side == '1' ? "b" : "s"), random_(seed) {}

  void act() {
    take();
    const auto choice = random_() % 10;
    const std::string id = prefix_ + std::to_string(++last_);
    try {
      if (choice < 6 || open_.empty()) {
        trader_.order(id, side_, static_cast<int>(1 + random_() % 20),
                      limit("150.0" + std::to_string(random_() % 5)));
        waiting_[id] = "";
        return;
      }
      auto target = open_.begin();
      std::advance(target, static_cast<long>(random_() % open_.size()));
      if (choice < 8) {
        trader_.replace(*target, id, side_, static_cast<int>(1 + random_() % 30),
                        "150.0" + std::to_string(random_() % 5));
      } else {
        trader_.cancel(*target, id, side_);
      }
      waiting_[id] = *target;
    } catch (const std::exception&) {
      // Not numbered, and so not sent: QuickFIX has no line.
      waiting_.erase(id);
    }
  }
  /// Takes in what has come.
  void take() {
    for (const Received& message : trader_.take_all()) {
      const std::string type = message[MsgType];
      if (type == "8") {
        report(message);
      } else if (type == "9") {
        waiting_.erase(message[ClOrdID]);
      } else if (type == "j") {
        ++unknown_;
        asked_again_.insert(message[379]);
      } else {
        fail("unexpected: " + readable(message.raw));
      }
    }
  }
  /// Of what was said to be unknown, asks; true once nothing is open.
  bool settled() {
    take();
    for (const auto& request : waiting_) {
      if (asked_again_.count(request.first) == 0) continue;
      trader_.send("H", {{ClOrdID, request.first}, {Symbol, "AAPL"}, {Side, std::string(1, side_)}});
    }
    return waiting_.empty();
  }
  std::size_t waiting() const { return waiting_.size(); }
  std::string waiting_names() const {
    std::string names;
    for (const auto& request : waiting_)
      names += " " + request.first;
    return names;
  }
  std::size_t unknown() const { return unknown_; }
  std::uint64_t sent() const { return last_; }
  void write(std::FILE* file) const {
    for (const auto& order : orders_) {
      std::fprintf(file, "%s %s %s %ld\n", order.first.c_str(), order.second.client_order_id.c_str(),
                   order.second.status.c_str(), order.second.filled);
    }
  }

 private:
  void report(const Received& message) {
    const std::string id = message[ClOrdID];
    const std::string type = message[ExecType];
    if (type == "I") {
      // "A": under way; it is asked for again.
      if (message[OrdStatus] == "A") return;
      waiting_.erase(id);
      return;
    }
    waiting_.erase(id);
    if (message[OrderID] == "NONE") return;
    const std::string original = message[OrigClOrdID];
    Told& order = orders_[message[OrderID]];
    order.client_order_id = type == "4" && !original.empty() ? original : id;
    order.status = message[OrdStatus];
    if (type == "F") order.filled += std::atol(message[LastQty].c_str());
    if (order.filled != std::atol(message[CumQty].c_str()))
      fail("fills of order " + message[OrderID] + " do not add up: " + readable(message.raw));
    open_.erase(id);
    open_.erase(original);
    if (order.status == "0" || order.status == "1") open_.insert(order.client_order_id);
  }

  Trader& trader_;
  char side_;
  std::string prefix_;
  std::mt19937_64 random_;
  std::uint64_t last_ = 0;
  std::map<std::string, std::string> waiting_;
  std::set<std::string> asked_again_;
  std::set<std::string> open_;
  std::map<std::string, Told> orders_;  ///< by OrderID
  std::size_t unknown_ = 0;
};

void storm(const Settings& settings, const std::string& kill_fixd, const std::string& kill_tradingd,
           int seconds, std::uint64_t seed) {
  say("seed " + std::to_string(seed));
  Trader buyer("BUYSIDE", settings);
  Trader seller("SELLSIDE", settings);
  buyer.start();
  seller.start();
  buyer.await_logon();
  seller.await_logon();
  Stormer buys(buyer, '1', seed * 2);
  Stormer sells(seller, '2', seed * 2 + 1);
  std::mt19937_64 random(seed);
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  auto next_kill = Clock::now() + std::chrono::milliseconds(500);
  std::thread killer;
  int killed = 0;
  volatile bool killing = false;
  while (Clock::now() < end) {
    if (!killing && Clock::now() > next_kill) {
      if (killer.joinable()) killer.join();
      killing = true;
      const std::string command = random() % 2 == 0 ? kill_fixd : kill_tradingd;
      ++killed;
      killer = std::thread([command, &killing] {
        if (std::system(command.c_str()) != 0) std::fprintf(stderr, "failed: %s\n", command.c_str());
        killing = false;
      });
      next_kill = Clock::now() + std::chrono::milliseconds(1500 + random() % 1500);
    }
    buys.act();
    sells.act();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (killer.joinable()) killer.join();
  const auto deadline = Clock::now() + std::chrono::seconds(120);
  for (;;) {
    const bool buys_settled = buyer.logged_on() && buys.settled();
    const bool sells_settled = seller.logged_on() && sells.settled();
    if (buys_settled && sells_settled) break;
    if (Clock::now() > deadline) fail("no answer to" + buys.waiting_names() + sells.waiting_names());
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  std::this_thread::sleep_for(std::chrono::seconds(1));
  buys.take();
  sells.take();
  for (Trader* trader : {&buyer, &seller}) {
    trader->stop(false);
    for (const std::string& problem : trader->problems())
      fail(problem);
  }
  const std::string path = settings.store + "/told";
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) fail("cannot write " + path);
  buys.write(file);
  sells.write(file);
  std::fclose(file);
  say(std::to_string(buys.sent() + sells.sent()) + " requests, " + std::to_string(killed) + " kills, " +
      std::to_string(buys.unknown() + sells.unknown()) + " of unknown fate, " +
      std::to_string(buyer.came_again() + seller.came_again()) + " messages again");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  if (argc < 7) {
    std::fprintf(
        stderr,
        "usage: fix_initiator day|storm PORT STORE DICTIONARY KILL_FIXD KILL_TRADINGD [SECONDS SEED]\n");
    return 2;
  }
  const Settings settings{arguments[2], arguments[3], arguments[4]};
  try {
    if (arguments[1] == "day") {
      day(settings, arguments[5], arguments[6]);
    } else {
      storm(settings, arguments[5], arguments[6], std::atoi(arguments.at(7).c_str()),
            std::strtoull(arguments.at(8).c_str(), nullptr, 10));
    }
  } catch (const std::exception& error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
  say("ok");
  return 0;
}
