#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cellwise::tables {

/// A made-up table of customers with known faults, for trials and as the table that is described when none is given.
///
/// 41 columns: customer_id, customer_age, visit_count, total_spend, purchase_amount and target (will buy: 1 or 0), as
/// in the notes, dates, categories of 3 to 1,000 levels, numbers that tell something of the target and numbers that do
/// not. Planted on purpose:
/// - missing cells by chance in household_income, and in survey_score where they tell the target;
/// - "N/A" in occupation;
/// - amounts a hundredfold too large in purchase_amount (outliers);
/// - after_sales_calls, which is known only after the purchase (a leak);
/// - rows twice over, and rows of equal features with the other label;
/// - currency, of one value; plan_code, which repeats plan; total_spend_thousands, collinear with total_spend.
struct SyntheticCustomers {
    std::int64_t rows = 5000;
    std::uint64_t seed = 0;
    int threads = 0;
};

struct SyntheticTruth {
    /// The area under the ROC curve of the true probabilities from which the targets were drawn: no model without the
    /// leak can be expected to do better.
    double bayes_auc = 0;
    double positive_share = 0;
};

/// Gives the CSV text to `write`, piece by piece. The same bytes for any number of threads. Throws UsageError for less
/// than 10 rows.
SyntheticTruth write_synthetic_customers(const SyntheticCustomers& options,
                                         const std::function<void(std::string_view)>& write);

/// What messages call it.
inline constexpr std::string_view synthetic_origin = "SYNTHETIC customers";

}  // namespace cellwise::tables
