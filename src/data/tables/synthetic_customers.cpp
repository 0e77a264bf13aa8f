#include "data/tables/synthetic_customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/parallel_for.h"
#include "core/random.h"
#include "data/tables/date_text.h"
#include "statistics/association.h"

namespace cellwise::tables {
namespace {

constexpr std::int64_t block_rows = 10000;
constexpr double duplicate_share = 0.004, contradiction_share = 0.002, outlier_share = 0.002;
constexpr double income_missing = 0.08, survey_missing_positive = 0.25, survey_missing_negative = 0.08;
constexpr double unknown_occupation = 0.01;

constexpr std::string_view header =
    "customer_id,customer_age,visit_count,total_spend,purchase_amount,joined_on,last_visit,region,plan,plan_code,"
    "channel,occupation,city,product,household_income,survey_score,discount_share,basket_size,days_between_visits,"
    "app_minutes,email_opens,support_tickets,returned_items,rating,loyalty_points,coupons_used,referrals,"
    "distance_km,screen_time,wishlist_items,newsletter,has_app,weekday,payment_method,device,noise_a,noise_b,currency,"
    "total_spend_thousands,after_sales_calls,target\n";

constexpr std::array<std::string_view, 3> regions{"north", "middle", "south"};
constexpr std::array<std::string_view, 4> plans{"basic", "standard", "premium", "family"};
constexpr std::array<std::string_view, 4> plan_codes{"B1", "S2", "P3", "F4"};
constexpr std::array<std::string_view, 6> channels{"shop", "web", "app", "phone", "partner", "market"};
constexpr std::array<std::string_view, 10> occupations{"teacher", "nurse",  "engineer", "clerk",  "student",
                                                       "retired", "driver", "cook",     "artist", "farmer"};
constexpr std::array<std::string_view, 7> weekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 5> payments{"card", "cash", "transfer", "wallet", "invoice"};
constexpr std::array<std::string_view, 4> devices{"phone", "tablet", "laptop", "desktop"};
constexpr std::size_t cities = 100, products = 1000;

/// What the levels of the large categories add to the log-odds.
struct Effects {
    explicit Effects(std::uint64_t seed) {
        Random random(seed, "customers: effects");
        for (auto& effect : city) effect = 0.35 * random.normal();
        for (auto& effect : product) effect = 0.5 * random.normal();
    }
    std::array<double, cities> city{};
    std::array<double, products> product{};
};

struct Row {
    std::int64_t id = 0;
    double probability = 0;
    bool is_positive = false;
    std::string features;  ///< the cells between the identifier and the target, a comma before and behind
};

template <std::size_t count>
std::size_t pick(Random& random, const std::array<std::string_view, count>&) {
    return static_cast<std::size_t>(random.below(count));
}

std::int64_t whole(double value) { return std::llround(value); }
double positive_part(double value) { return std::max(0.0, value); }

/// An exponential waiting time, cut at eight times its mean: its tail is no fault that was planted.
double waiting(Random& random, double mean) { return mean * std::min(8.0, -std::log1p(-random.uniform())); }

std::string date_text(long days) {
    const auto date = civil_date(days);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

void fill(Row& row, Random& random, const Effects& effects) {
    constexpr long first_day = 17897;  // 2019-01-01
    const double age = std::clamp(44 + 15 * random.normal(), 18.0, 90.0);
    const double affinity = random.normal();  // what visits and spending share
    const auto visits = 1 + whole(std::exp(2.1 + 0.5 * affinity + 0.4 * random.normal()));
    const double basket = std::exp(3.4 + 0.3 * affinity + 0.5 * random.normal());
    const double spend = std::exp(6.0 + 0.6 * affinity + 0.7 * random.normal());
    const double amount = std::exp(3.6 + 0.2 * affinity + 0.4 * random.normal());
    const long joined = first_day + static_cast<long>(random.below(2000));
    const auto since_visit = static_cast<long>(waiting(random, 60));
    const auto region = pick(random, regions), plan = pick(random, plans), channel = pick(random, channels);
    const auto occupation = pick(random, occupations);
    const auto city = static_cast<std::size_t>(random.below(cities));
    const auto product = static_cast<std::size_t>(random.below(products));
    const double income = std::exp(8.1 + 0.15 * affinity + 0.35 * random.normal());
    const double discount = random.uniform(0, 0.4);
    const double tickets = waiting(random, 1.2);
    const bool has_app = random.uniform() < 0.5;

    const double logit = -1.3 + 0.7 * affinity + 0.5 * (static_cast<double>(visits) - 10) / 6 - 0.015 * (age - 44) -
                         0.006 * static_cast<double>(since_visit - 60) + 2.5 * (discount - 0.2) -
                         0.25 * (tickets - 1.2) + 0.3 * (static_cast<double>(plan) - 1.5) + (has_app ? 0.2 : -0.2) +
                         effects.city[city] + effects.product[product];
    row.probability = 1 / (1 + std::exp(-logit));
    row.is_positive = random.uniform() < row.probability;

    const bool knows_income = random.uniform() >= income_missing;
    const bool has_survey = random.uniform() >= (row.is_positive ? survey_missing_positive : survey_missing_negative);
    const double survey = random.uniform(0, 10);
    const double factor = random.uniform() < outlier_share ? 100 : 1;
    const bool says_occupation = random.uniform() >= unknown_occupation;
    const auto calls =
        whole(row.is_positive ? 6 + 2 * positive_part(random.normal()) : positive_part(2 * random.normal()));
    auto out = std::back_inserter(row.features);
    fmt::format_to(out, ",{},{},{:.2f},{:.2f},{},{},{},{},{},{},{},C{:02},P{:03},", whole(age), visits, spend,
                   amount * factor, date_text(joined), date_text(first_day + 2300 - since_visit), regions[region],
                   plans[plan], plan_codes[plan], channels[channel], says_occupation ? occupations[occupation] : "N/A",
                   city, product);
    if (knows_income) fmt::format_to(out, "{:.0f}", income);
    row.features += ',';
    if (has_survey) fmt::format_to(out, "{:.1f}", survey);
    fmt::format_to(
        out, ",{:.3f},{:.2f},{:.1f},{:.1f},{},{},{},{:.1f},{},{},{},{:.1f},{:.2f},{},{},{},{},{},{},{:.4f},{:.4f}",
        discount, basket, 5 + waiting(random, 20), waiting(random, 30), random.below(40), whole(tickets),
        random.below(6), random.uniform(1, 5), random.below(5000), random.below(12), random.below(4),
        waiting(random, 8), random.uniform(0, 6), random.below(30), random.uniform() < 0.4 ? "yes" : "no",
        has_app ? "yes" : "no", weekdays[pick(random, weekdays)], payments[pick(random, payments)],
        devices[pick(random, devices)], random.normal(), random.normal());
    fmt::format_to(out, ",KRW,{:.3f},{},", spend / 1000, calls);
}

struct Block {
    std::string text;
    std::vector<statistics::LabelledValue> truth;
};

Block make_block(const SyntheticCustomers& options, const Effects& effects, std::int64_t block) {
    Random random(options.seed, fmt::format("customers: rows {}", block));
    Block result;
    std::optional<Row> before;
    const std::int64_t end = std::min((block + 1) * block_rows, options.rows);
    for (std::int64_t i = block * block_rows; i < end; ++i) {
        const double fate = random.uniform();
        Row row;
        if (before && fate < duplicate_share) {
            row = *before;
        } else if (before && fate < duplicate_share + contradiction_share) {
            row = *before;
            row.id = i + 1;
            row.is_positive = !row.is_positive;
        } else {
            row.id = i + 1;
            fill(row, random, effects);
        }
        fmt::format_to(std::back_inserter(result.text), "K{:07}{}{}\n", row.id, row.features, row.is_positive ? 1 : 0);
        result.truth.push_back({row.probability, row.is_positive});
        before = std::move(row);
    }
    return result;
}

}  // namespace

SyntheticTruth write_synthetic_customers(const SyntheticCustomers& options,
                                         const std::function<void(std::string_view)>& write) {
    if (options.rows < 10) throw UsageError("--rows must be 10 or more");
    const Effects effects(options.seed);
    const std::int64_t blocks = (options.rows + block_rows - 1) / block_rows;
    constexpr std::int64_t at_once = 16;
    std::vector<statistics::LabelledValue> truth;
    write(header);
    for (std::int64_t from = 0; from < blocks; from += at_once) {
        std::vector<Block> made(static_cast<std::size_t>(std::min(at_once, blocks - from)));
        parallel_for(made.size(), options.threads, [&](std::size_t i) {
            made[i] = make_block(options, effects, from + static_cast<std::int64_t>(i));
        });
        for (const auto& block : made) {
            write(block.text);
            truth.insert(truth.end(), block.truth.begin(), block.truth.end());
        }
    }
    std::ranges::stable_sort(truth, {}, &statistics::LabelledValue::value);
    SyntheticTruth result;
    result.positive_share =
        static_cast<double>(std::ranges::count(truth, true, &statistics::LabelledValue::is_positive)) /
        static_cast<double>(truth.size());
    if (const auto area = statistics::area_of_sorted(truth)) result.bayes_auc = area->value;
    return result;
}

}  // namespace cellwise::tables
