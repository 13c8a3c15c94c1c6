#!/usr/bin/env bats
# Phases, auctions, orders on open and on close, price bands and kill switches, as their users meet them.
load suite.bash

setup() {
  new_home
  small_market
}

eventually_quote() {
  local try
  for try in $(seq 100); do
    output=$(t quote AAPL)
    [ "$(jq -c "$1" <<<"$output")" = "$2" ] && return 0
    sleep 0.05
  done
  echo "the quote never was $2: $output"
  return 1
}

books_agree() {
  expect_exit 0 t reconcile
  expect_exit 0 t replay journal
}

@test "an opening auction from the shell" {
  expect_exit 0 t market status
  expect_json '[.status,.phase]' '["open","continuous"]'
  expect_exit 0 t market phase pre-open
  expect_json '[.status,.phase]' '["open","pre_open"]'
  expect_exit 0 t place buy 10 AAPL --limit 150.20 --account alice
  expect_json '.status' '"submitted"'
  expect_exit 0 t place sell 6 AAPL --tif opg --account bob
  expect_exit 0 t place sell 10 AAPL --limit 150.10 --tif opg --account bob
  expect_exit 0 t symbol show AAPL
  expect_json '[.phase,.indicative_volume,.imbalance,.imbalance_side]' '["pre_open",10,6,"sell"]'
  eventually_quote '[.phase,.indicative_volume]' '["pre_open",10]'
  expect_exit 3 t place buy 1 AAPL --limit 150 --tif ioc --account alice
  expect_error market_phase
  expect_exit 0 t market phase opening_auction
  expect_exit 3 t cancel 2 --account bob
  expect_error order_not_cancellable
  expect_exit 0 t market open
  expect_json '.phase' '"continuous"'
  expect_exit 0 t orders --status all --account bob
  expect_json 'map([.id,.status,.filled_quantity])' '[["3","cancelled",4],["2","filled",6]]'
  expect_exit 0 t fills --account alice
  expect_json 'map([.quantity,.price])|sort' '[[4,"150.10"],[6,"150.10"]]'
  eventually_quote '[.phase,.last,.volume,.indicative_price]' '["continuous","150.10",10,null]'
  expect_exit 3 t place buy 1 AAPL --tif opg --account alice
  expect_error market_phase
  books_agree
}

@test "orders on close wait for the closing auction and survive a restart" {
  expect_exit 0 t place buy 10 AAPL --limit 150 --tif cls --account alice
  expect_exit 0 t place sell 4 AAPL --limit 149 --tif cls --account bob
  expect_json '[.status,.filled_quantity]' '["submitted",0]'
  expect_exit 0 t down
  start_suite
  expect_exit 0 t market phase closing-auction
  expect_exit 0 t symbol show AAPL
  expect_json '[.phase,.indicative_volume,.imbalance_side]' '["closing_auction",4,"buy"]'
  expect_exit 0 t down
  start_suite
  eventually_quote '[.phase,.indicative_volume]' '["closing_auction",4]'
  expect_exit 0 t market close
  expect_exit 0 t order 1
  expect_json '[.status,.filled_quantity]' '["cancelled",4]'
  books_agree
}

@test "a symbol resumes through an auction of its own" {
  expect_exit 0 t symbol halt AAPL --reason news
  expect_json '.phase' '"halt"'
  expect_exit 0 t symbol resume AAPL --auction
  expect_json '[.status,.phase]' '["trading","volatility_auction"]'
  expect_exit 0 t place buy 5 AAPL --limit 151 --account alice
  expect_exit 0 t place sell 5 AAPL --limit 149 --account bob
  expect_exit 0 t market phase continuous --symbol AAPL
  expect_json '.phase' '"continuous"'
  expect_exit 0 t order 1
  expect_json '.status' '"filled"'
  expect_exit 2 t market phase halt
  expect_exit 2 t market phase pre-open --symbol AAPL --date 2026-01-05
  expect_exit 0 t market phase pre-open --dry-run
  expect_json '[.dry_run,.phase]' '[true,"pre_open"]'
}

@test "price bands pause a symbol, and the pause ends by itself" {
  expect_exit 0 t symbol bands AAPL --percent 2% --pause 1 --reference 150
  expect_json '[.limit_down,.limit_up,.pause_seconds]' '["147.00","153.00",1]'
  expect_exit 0 t place sell 5 AAPL --limit 153.50 --account bob
  expect_exit 0 t place buy 5 AAPL --limit 154 --account alice
  expect_json '[.status,.filled_quantity]' '["submitted",0]'
  expect_exit 0 t symbol show AAPL
  expect_json '[.phase,.indicative_price]' '["volatility_auction","153.50"]'
  expect_exit 0 t wait 2 --for filled --account alice
  expect_json '.average_price' '"153.50"'
  expect_exit 0 t symbol show AAPL
  expect_json '[.phase,.band_reference]' '["continuous","153.50"]'
  expect_exit 0 t symbol bands AAPL --off
  expect_json '.limit_up' 'null'
  expect_exit 2 t symbol bands AAPL
  expect_exit 2 t symbol bands AAPL --off --pause 5
  expect_exit 2 t symbol bands AAPL --tier 1 --percent 5%
  expect_exit 2 t symbol bands AAPL --tier 3
  expect_exit 2 t symbol bands AAPL --tier 1 --leverage 2
  expect_exit 2 t symbol bands AAPL --tier 2 --leverage 0.5
  expect_exit 0 t symbol bands AAPL --tier 2 --leverage 3
  expect_json '[.band_percent,.band_leverage,.limit_down,.limit_up,.straddle_state]' '["10%","3.00","107.45","199.55",false]'
  expect_exit 0 t symbol bands AAPL --tier 2
  expect_json .band_leverage null
  expect_json '[.band_tier,.band_percent,.bands_doubled,.limit_state_seconds,.pause_seconds]' '["tier_2","10%",false,15,300]'
  expect_exit 0 t market open --closes-at 2020-01-02
  expect_json '.closes_at' '"2020-01-02T21:00:00.000000000Z"'
  expect_exit 0 t symbol show AAPL
  expect_json '[.band_tier,.bands_doubled]' '["tier_2",false]'
  expect_exit 0 t symbol bands AAPL --tier 1
  expect_json '[.band_tier,.bands_doubled]' '["tier_1",true]'
  expect_exit 0 t symbol bands AAPL --off
  expect_exit 5 t symbol bands NONE --off
  books_agree
}

@test "kill switches of an account, of a symbol and of the market" {
  expect_exit 0 t place buy 5 AAPL --limit 140 --account alice
  expect_exit 0 t place sell 5 AAPL --limit 160 --account bob
  expect_exit 0 t kill account alice --dry-run
  expect_exit 0 t kill account alice
  expect_json '[.account,.kill_switch,.cancelled]' '["alice",true,1]'
  expect_exit 3 t place buy 5 AAPL --limit 140 --account alice
  expect_error account_kill_switch
  expect_exit 0 t account show alice
  expect_json '.kill_switch' 'true'
  expect_exit 0 t kill account alice --lift
  expect_exit 0 t place buy 5 AAPL --limit 140 --account alice
  expect_exit 0 t kill symbol AAPL
  expect_json '.cancelled' '2'
  expect_exit 3 t place buy 5 AAPL --limit 140 --account alice
  expect_error symbol_kill_switch
  expect_exit 0 t kill symbol AAPL --lift
  expect_exit 0 t kill market
  expect_json '[.symbol,.cancelled]' '[null,0]'
  expect_exit 0 t down
  start_suite
  expect_exit 3 t place buy 5 AAPL --limit 140 --account alice
  expect_error market_kill_switch
  expect_exit 0 t market status
  expect_json '.kill_switch' 'true'
  expect_exit 0 t kill market --lift
  expect_exit 0 t place buy 5 AAPL --limit 140 --account alice
  books_agree
}
