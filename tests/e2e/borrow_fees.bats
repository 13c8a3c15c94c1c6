#!/usr/bin/env bats
# What borrowing shares costs, through the real binaries, on simulated time.
load suite.bash
load gateway.bash

setup() {
  new_home
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CALENDAR=us
  export TRADE_TRADINGD_CLOCK_START=2026-03-05T10:00:00-05:00
  small_market
  expect_exit 0 t account open carol --type margin --deposit 100000
}

@test "being short overnight costs a fee, in risk, in the books and on the APIs" {
  expect_exit 2 t symbol borrow AAPL easy --rate 1000.01%
  expect_exit 0 t symbol borrow AAPL easy --rate 36% --dry-run
  expect_exit 0 t symbol borrow AAPL easy --rate 36%
  expect_json '[.easy_to_borrow,.borrow_rate]' '[true,"36%"]'
  expect_exit 0 t place buy 10 AAPL --limit 150 --account alice
  expect_exit 0 t place sell_short 10 AAPL --limit 150 --account carol
  expect_json .status '"filled"'
  # Thursday to Friday: ten shares of 153 dollars, a thousandth of it a day. Over the weekend three days.
  expect_exit 0 t clock set 2026-03-06 10:00
  eventually_portfolio carol .fees '"1.53"'
  expect_exit 0 t clock set 2026-03-09 10:00
  eventually_portfolio carol .fees '"6.12"'
  expect_json '[.cash_balance,.equity,.realized_pnl]' '["101493.88","99993.88","0.00"]'
  expect_exit 0 t account show carol
  expect_json '[.cash_balance,.equity]' '["101493.88","99993.88"]'
  expect_exit 0 t reconcile

  expect_exit 0 t events --from-sequence 1 --for 1
  [ "$(jq -c 'select(.type=="borrow_fee_charged") |
      [.account,.symbol,.quantity,.price,.borrow_rate,.days,.amount,.cash_balance]' <<<"$output")" = \
    '["carol","AAPL",10,"150.00","36%",1,"1.53","101498.47"]
["carol","AAPL",10,"150.00","36%",3,"4.59","101493.88"]' ]
  expect_exit 0 t statement carol
  expect_json '[.fees,.deposits,.withdrawals,.closing_balance]' '["6.12","100000.00","0.00","101493.88"]'
  expect_json '.movements | map(select(.kind == "borrow_fee") | [.symbol,.quantity,.amount])' \
    '[["AAPL",null,"-1.53"],["AAPL",null,"-4.59"]]'
  expect_exit 0 t export "$TRADE_HOME/export"
  [ "$(jq -c 'select(.ledger=="fees")|[.account,.symbol,.amount]' "$TRADE_HOME/export/postings.jsonl")" = \
    '["carol","AAPL","1.53"]
["carol","AAPL","4.59"]' ]
  [ "$(jq -c 'select(.type=="borrow_fee_charged")' "$TRADE_HOME/export/events.jsonl" | wc -l)" = 2 ]
  [ "$(jq -r .borrow_rate "$TRADE_HOME/export/symbols.jsonl")" = "36%" ]

  # Restarted, all of it is there, and made anew it is the same.
  expect_exit 0 t down
  start_suite
  eventually_portfolio carol .fees '"6.12"'
  expect_exit 0 t symbol show AAPL
  expect_json .borrow_rate '"36%"'
  expect_exit 0 t reconcile
  expect_exit 0 t replay journal
  expect_exit 0 t down
  "${trade%/*}/ledgerd" --home "$TRADE_HOME" --rebuild >/dev/null 2>&1
  start_suite
  eventually_portfolio carol .fees '"6.12"'
  expect_exit 0 t reconcile
}

@test "the gateway tells fees among an account's activities" {
  expect_exit 0 t symbol borrow AAPL easy --rate 36%
  expect_exit 0 t place buy 10 AAPL --limit 150 --account alice
  expect_exit 0 t place sell_short 10 AAPL --limit 150 --account carol
  expect_exit 0 t clock set 2026-03-06 10:00
  expect_exit 0 t place sell 4 AAPL --limit 140 --account bob
  expect_exit 0 t place buy 4 AAPL --limit 140 --account carol
  expect_exit 0 t clock set 2026-03-09 10:00
  # Six shares that closed at 140 are lent as if they were of 143 dollars.
  eventually_portfolio carol .fees '"4.10"'
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")
  key=$(new_key carol viewer)
  http 200 GET /api/v1/portfolio
  expect_json .fees '"4.10"'
  http 200 GET /api/v1/symbols/AAPL
  expect_json .borrow_rate '"36%"'
  http 200 GET /v2/account/activities
  expect_json 'map([.activity_type,.symbol,.qty,.net_amount // .price])' \
    '[["FEE","AAPL","-6","-2.57"],["FILL","AAPL","4","140.00"],["FEE","AAPL","-10","-1.53"],["FILL","AAPL","10","150.00"]]'
  all=$output
  http 200 GET "/v2/account/activities?direction=asc"
  [ "$(jq -c reverse <<<"$output")" = "$(jq -c . <<<"$all")" ]
  http 200 GET /v2/account/activities/FEE
  [ "$(jq -c . <<<"$output")" = "$(jq -c 'map(select(.activity_type == "FEE"))' <<<"$all")" ]
  expect_json '.[0] | [.date,.status,.currency]' '["2026-03-09","executed","USD"]'
  http 200 GET "/v2/account/activities?activity_types=FILL"
  [ "$(jq -c . <<<"$output")" = "$(jq -c 'map(select(.activity_type == "FILL"))' <<<"$all")" ]
  http 200 GET "/v2/account/activities?category=non_trade_activity"
  [ "$(jq -c length <<<"$output")" = 2 ]
  http 200 GET "/v2/account/activities?activity_types=FEE,FILL&date=2026-03-06"
  expect_json 'map(.activity_type)' '["FILL","FEE"]'
  # Page by page, from a fee and from a fill.
  paged='[]' token=
  while true; do
    http 200 GET "/v2/account/activities?page_size=1${token:+&page_token=$token}"
    [ "$output" = "[]" ] && break
    token=$(jq -r '.[0].id' <<<"$output")
    paged=$(jq -c --argjson page "$output" '. + $page' <<<"$paged")
  done
  [ "$paged" = "$(jq -c . <<<"$all")" ]
  http 422 GET "/v2/account/activities?page_token=nothing"
  http 422 GET "/v2/account/activities?activity_types=FILL,DIV"
  http 422 GET /v2/account/activities/DIV
  key=$(new_key alice viewer)
  http 200 GET /v2/account/activities/FEE
  expect_json . '[]'
}
