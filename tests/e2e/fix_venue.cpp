// Another venue: QuickFIX's own acceptor, which takes orders from fixd and says of them what it is told to.
// As C++14, since QuickFIX's headers are no later.
//
//   fix_venue PORT STORE DICTIONARY [VERSION]
//
// It is EXCHANGE, and BROKER logs on with the password "open-sesame". What comes is written to standard
// output, a line each, with '|' between the fields; "up" and "down" besides. Standard input says what to do,
// and each line of it that was done is told with "did":
//
//   auto on|off                     accept orders, cancels and replaces at once (on at first)
//   status on|off                   answer questions about orders (on at first)
//   deaf on|off                     requests get lost, and it says nothing
//   away on|off                     requests get lost, and it says that it cannot say what came of them
//   accept ID / reject ID TEXT / cancelled ID / expired ID
//   fill ID QUANTITY PRICE EXECID / bust ID EXECID NEWID / correct ID EXECID NEWID QUANTITY PRICE
//   replaced ID ORIGINAL QUANTITY PRICE / restated ID QUANTITY PRICE
//   refuse ID ORIGINAL CODE KIND    an OrderCancelReject: of a cancel (KIND 1) or a replace (2)
//   again                           the last report once more, as another message
//   hide                            the next report is not told: what was reported happened, and was lost
//   forget                          no order was ever there
//   stop / start                    the line ends; it may be made again
//   end
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>

namespace {

struct Order {
  std::string id, symbol, side, type, price, status = "A";
  long quantity = 0, filled = 0;
  double notional = 0;
};

std::string readable(std::string text) {
  for (char& character : text) {
    if (character == '\001') character = '|';
  }
  return text;
}

class Exchange : public FIX::Application {
 public:
  explicit Exchange(const std::string& version)
      : fix42_(version == "FIX.4.2"), id_(version, "EXCHANGE", "BROKER") {}

  void run(const std::string& line) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::istringstream words(line);
    std::string word, id;
    words >> word;
    if (word == "auto" || word == "status" || word == "away" || word == "deaf") {
      words >> id;
      (word == "auto" ? auto_ : word == "status" ? status_ : word == "away" ? away_ : deaf_) = id == "on";
      return;
    }
    if (word == "forget") return orders_.clear();
    if (word == "again") {
      FIX::Message copy = last_;
      FIX::Session::sendToTarget(copy, id_);
      return;
    }
    words >> id;
    std::string a, b, c, d;
    words >> a >> b >> c >> d;
    if (word == "hide") {
      hidden_ = true;
    } else if (word == "accept") {
      orders_[id]->status = "0";
      report(id, "0", {});
    } else if (word == "reject") {
      orders_[id]->status = "8";
      report(id, "8", {{103, "0"}, {58, a}});
    } else if (word == "cancelled") {
      orders_[id]->status = "4";
      report(id, "4", {});
    } else if (word == "expired") {
      orders_[id]->status = "C";
      report(id, "C", {});
    } else if (word == "fill") {
      trade(id, std::atol(a.c_str()), b);
      report(id, fix42_ ? orders_[id]->status : "F", {{32, a}, {31, b}, {17, c}});
    } else if (word == "bust" || word == "correct") {
      Trade& was = trades_[a];
      undo(id, was);
      if (word == "bust") {
        was_of_version(id, "H", "1", {{17, b}, {19, a}});
      } else {
        trade(id, std::atol(c.c_str()), d);
        was_of_version(id, "G", "2", {{17, b}, {19, a}, {32, c}, {31, d}});
      }
    } else if (word == "replaced") {
      replace(id, a, b, c);
      report(id, "5", {{41, a}});
    } else if (word == "restated") {
      orders_[id]->quantity = std::atol(a.c_str());
      orders_[id]->price = b;
      report(id, "D", {{378, "5"}});
    } else if (word == "refuse") {
      FIX::Message message;
      message.getHeader().setField(35, "9");
      for (const auto& field : Fields{{37, orders_[a]->id},
                                      {11, id},
                                      {41, a},
                                      {39, orders_[a]->status},
                                      {102, b},
                                      {434, c},
                                      {58, "refused by the exchange"}}) {
        message.setField(field.first, field.second);
      }
      FIX::Session::sendToTarget(message, id_);
    }
  }

 private:
  using Fields = std::vector<std::pair<int, std::string>>;
  struct Trade {
    long quantity = 0;
    double price = 0;
  };

  void say(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }
  void trade(const std::string& id, long quantity, const std::string& price) {
    Order& order = *orders_[id];
    order.filled += quantity;
    order.notional += quantity * std::atof(price.c_str());
    order.status = order.filled >= order.quantity ? "2" : "1";
  }
  void undo(const std::string& id, const Trade& was) {
    Order& order = *orders_[id];
    order.filled -= was.quantity;
    order.notional -= was.quantity * was.price;
    order.status = order.filled == 0 ? "0" : "1";
  }
  void replace(const std::string& id, const std::string& original, const std::string& quantity,
               const std::string& price) {
    Order& order = *(orders_[id] = orders_[original]);
    order.quantity = std::atol(quantity.c_str());
    order.price = price;
  }
  void was_of_version(const std::string& id, const std::string& type, const std::string& transaction,
                      Fields fields) {
    if (fix42_) fields.push_back({20, transaction});
    report(id, fix42_ ? orders_[id]->status : type, fields);
  }
  void report(const std::string& id, const std::string& type, const Fields& more) {
    const Order& order = *orders_[id];
    FIX::Message message;
    message.getHeader().setField(35, "8");
    const bool over =
        order.status == "4" || order.status == "8" || order.status == "C" || order.status == "2";
    const long leaves = over ? 0 : order.quantity - order.filled;
    char average[32];
    std::snprintf(average, sizeof average, "%.4f", order.filled == 0 ? 0 : order.notional / order.filled);
    Fields fields{{37, order.id},
                  {11, id},
                  {17, "x" + std::to_string(++executions_)},
                  {150, type},
                  {39, fix42_ && type == "5" ? "5" : order.status},
                  {55, order.symbol},
                  {54, order.side},
                  {38, std::to_string(order.quantity)},
                  {40, order.type},
                  {14, std::to_string(order.filled)},
                  {151, std::to_string(leaves)},
                  {6, average}};
    if (!order.price.empty()) fields.push_back({44, order.price});
    if (fix42_) fields.push_back({20, "0"});
    for (const auto& field : fields)
      message.setField(field.first, field.second);
    for (const auto& field : more)
      message.setField(field.first, field.second);
    if (message.isSetField(32)) {
      Trade& known = trades_[message.getField(17)];
      known.quantity = std::atol(message.getField(32).c_str());
      known.price = std::atof(message.getField(31).c_str());
    }
    if (hidden_) {
      hidden_ = false;
      return;
    }
    last_ = message;
    FIX::Session::sendToTarget(message, id_);
  }
  void status_of(const std::string& id) {
    if (orders_.count(id) == 0) {
      orders_[id].reset(new Order);
      orders_[id]->id = "NONE";
      orders_[id]->symbol = "AAPL";
      orders_[id]->side = orders_[id]->type = "1";
      orders_[id]->status = "8";
      report(id, fix42_ ? "8" : "I", {{103, "5"}, {20, "3"}, {58, "unknown order"}});
      orders_.erase(id);
      return;
    }
    report(id, fix42_ ? orders_[id]->status : "I", fix42_ ? Fields{{20, "3"}} : Fields{});
  }

  void cannot_say(const FIX::Message& message) {
    FIX::Message refusal;
    refusal.getHeader().setField(35, "j");
    for (const auto& field : Fields{{45, message.getHeader().getField(34)},
                                    {372, message.getHeader().getField(35)},
                                    {380, "4"},
                                    {58, "the matching engine is away"}}) {
      refusal.setField(field.first, field.second);
    }
    FIX::Session::sendToTarget(refusal, id_);
  }

  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override { say("up"); }
  void onLogout(const FIX::SessionID&) override { say("down"); }
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {
    const std::string type = message.getHeader().getField(35);
    if (type == "A" && message.getField(554) != "open-sesame") throw FIX::RejectLogon("a wrong password");
    if (type == "3") say("refused " + readable(message.toString()));
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                            FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
    std::lock_guard<std::mutex> lock(mutex_);
    say(readable(message.toString()));
    const std::string type = message.getHeader().getField(35);
    if (type == "AF") throw FIX::UnsupportedMessageType();
    if (type != "D" && type != "F" && type != "G" && type != "H") return;
    const std::string id = message.getField(11);
    if (deaf_ && type != "H") return;
    if (away_ && type != "H") return cannot_say(message);
    if (type == "H") {
      if (status_) status_of(id);
    } else if (type == "D") {
      if (orders_.count(id) != 0) return report(id, "8", {{103, "6"}, {39, "8"}, {58, "duplicate"}});
      Order order;
      order.id = "X-" + id;
      order.symbol = message.getField(55);
      order.side = message.getField(54);
      order.type = message.getField(40);
      order.quantity = std::atol(message.getField(38).c_str());
      if (message.isSetField(44)) order.price = message.getField(44);
      orders_[id] = std::make_shared<Order>(order);
      if (!auto_) return;
      orders_[id]->status = "0";
      report(id, "0", {});
    } else if (auto_) {
      const std::string original = message.getField(41);
      if (type == "F") {
        orders_[id] = orders_[original];
        orders_[id]->status = "4";
        return report(id, "4", {{41, original}});
      }
      replace(id, original, message.getField(38), message.isSetField(44) ? message.getField(44) : "");
      report(id, "5", {{41, original}});
    } else if (type == "F") {
      orders_[id] = orders_[message.getField(41)];
    }
  }

  const bool fix42_;
  FIX::SessionID id_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Order>> orders_;
  std::map<std::string, Trade> trades_;
  FIX::Message last_;
  bool auto_ = true;
  bool status_ = true;
  bool away_ = false;
  bool deaf_ = false;
  bool hidden_ = false;
  long executions_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string version = argc > 4 ? argv[4] : "FIX.4.4";
  std::stringstream text;
  text << "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nSocketAcceptPort="
       << argv[1] << "\nSocketReuseAddress=Y\nFileStorePath=" << argv[2]
       << "\nUseDataDictionary=Y\nDataDictionary=" << argv[3]
       << "\nValidateUserDefinedFields=N\n[SESSION]\nBeginString=" << version
       << "\nSenderCompID=EXCHANGE\nTargetCompID=BROKER\n";
  try {
    const FIX::SessionSettings settings(text);
    Exchange exchange(version);
    FIX::FileStoreFactory store(settings);
    std::unique_ptr<FIX::SocketAcceptor> acceptor;
    // What is said while it is stopped is kept, as sent and lost: the stopped one goes only now.
    const auto start = [&] {
      acceptor.reset();
      acceptor.reset(new FIX::SocketAcceptor(exchange, store, settings));
      acceptor->start();
    };
    start();
    for (std::string line; std::getline(std::cin, line) && line != "end";) {
      if (line == "stop") {
        acceptor->stop(true);
      } else if (line == "start") {
        start();
      } else {
        exchange.run(line);
      }
      std::printf("did %s\n", line.c_str());
      std::fflush(stdout);
    }
    acceptor->stop(true);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
