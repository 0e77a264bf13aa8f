#include <fmt/format.h>

#include "core/utf8.h"
#include "report/text/summary_text.h"
#include "tasks/customers/texts.h"

namespace cellwise::customers {
namespace {

using tables::FindingKind;

std::string names_of(const std::vector<std::string>& columns, std::size_t from = 0) {
    std::string names;
    for (std::size_t i = from; i < columns.size(); ++i) names += (i > from ? ", " : "") + printable(columns[i]);
    return names;
}

/// The texts of a kind, with {name} the first column, {names} all, {rest} all but the first, {count}, {share} the value
/// as a percentage, {value} and {detail}.
struct Wording {
    FindingKind kind;
    std::string_view title, title_korean, text, text_korean;
};

constexpr Wording wordings[] = {
    {FindingKind::identifier, "Identifier", "식별자", "{name} names rows ({detail}): not a feature.",
     "{name} 열은 행의 이름입니다({detail}): 특징으로 쓰지 않습니다."},
    {FindingKind::constant, "Constant", "상수 열", "{name} has one value alone, or none: it tells nothing.",
     "{name} 열은 값이 하나뿐이거나 없습니다: 알려 주는 것이 없습니다."},
    {FindingKind::missing, "Missing", "결측값", "{name} is missing in {count} rows ({share}).",
     "{name} 열은 {count}개 행({share})에서 비어 있습니다."},
    {FindingKind::spelled_missing, "Spelled missing", "글자로 쓴 결측값",
     "{name} holds '{detail}' in {count} cells, read as a text; --missing-value '{detail}' reads it as missing.",
     "{name} 열의 {count}개 칸이 '{detail}'입니다. 글자로 읽었습니다; --missing-value '{detail}'이면 결측값으로 "
     "읽습니다."},
    {FindingKind::outliers, "Outliers", "이상치",
     "{name} has {count} values far outside the others (up to {value}): a slip of the unit or the point?",
     "{name} 열의 {count}개 값이 나머지와 동떨어져 있습니다(최대 {value}): 단위나 소수점 실수입니까?"},
    {FindingKind::no_spread, "No spread", "IQR이 0",
     "{name} has an IQR of 0: the IQR rule would remove {count} rows, every value but {value}.",
     "{name} 열은 IQR이 0입니다: IQR 규칙은 {value} 이외의 값을 가진 {count}개 행을 모두 지웁니다."},
    {FindingKind::duplicates, "Duplicates", "중복 행",
     "{count} rows repeat another row in all columns but identifiers ({share}).",
     "{count}개 행({share})이 식별자를 뺀 모든 열에서 다른 행과 같습니다."},
    {FindingKind::contradictions, "Contradictions", "모순",
     "{count} rows share all features with a row of another {detail}: no model gets all of them right.",
     "{count}개 행은 특징이 모두 같은데 {detail} 값이 다른 행이 있습니다: 어떤 모델도 다 맞힐 수 없습니다."},
    {FindingKind::repeated_columns, "Repeated columns", "같은 열", "{names} hold the same: keep one.",
     "{names} 열은 내용이 같습니다: 하나만 남기십시오."},
    {FindingKind::repeated_levels, "Repeated levels", "같은 수준",
     "{names} share a level in the same {count} rows ('{detail}'): one-hot columns of it are copies.",
     "{names} 열은 같은 {count}개 행에서 한 수준을 공유합니다('{detail}'): 원-핫 열이 서로 복사본이 됩니다."},
    {FindingKind::collinear, "Collinear", "공선성", "{names} are collinear (r = {value}): keep one for linear models.",
     "{names} 열은 공선입니다(r = {value}): 선형 모델에는 하나만 남기십시오."},
    {FindingKind::product, "Product", "곱",
     "{name} is nearly the product of {rest} (r = {value}): it adds little, and a missing value can be computed.",
     "{name} 열은 거의 {rest}의 곱입니다(r = {value}): 더해 주는 것이 적고, 빈 값은 계산할 수 있습니다."},
    {FindingKind::leak, "Leak", "누출 의심",
     "{name} tells the target too well ({detail} {value}): is it known before the target is?",
     "{name} 열은 목표를 지나치게 잘 맞힙니다({detail} {value}): 예측 시점에 알 수 있는 값입니까?"},
    {FindingKind::telling_missingness, "Telling missingness", "목표를 알려 주는 결측",
     "Where {name} is missing, {count} rows ({share}) are '{detail}', unlike elsewhere: filling in hides that.",
     "{name} 열이 빈 행 중 {count}개({share})가 '{detail}'로, 다른 행과 다릅니다: 채우면 이것이 숨습니다."},
    {FindingKind::imbalance, "Imbalance", "불균형",
     "Only {count} rows ({share}) are '{detail}': judge by more than accuracy.",
     "'{detail}'은 {count}개 행({share})뿐입니다: 정확도만으로 판단하지 마십시오."},
};

const Wording& wording_of(FindingKind kind) { return wordings[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view finding_title(tables::FindingKind kind, Language language) {
    return in(language, wording_of(kind).title, wording_of(kind).title_korean);
}

std::string finding_text(const tables::Finding& finding, Language language) {
    const auto& wording = wording_of(finding.kind);
    const bool is_r = finding.kind == FindingKind::collinear || finding.kind == FindingKind::product ||
                      finding.kind == FindingKind::leak;
    const std::string value = is_r ? fmt::format("{:.4f}", finding.value) : fmt::format("{:.6g}", finding.value);
    const std::string detail = finding.detail == "auc" && finding.kind == FindingKind::leak ? "AUC" : finding.detail;
    const std::string name = finding.columns.empty() ? "" : printable(finding.columns.front());
    if (finding.kind == FindingKind::telling_missingness && finding.detail.empty()) {
        return fmt::format(
            fmt::runtime(in(
                language, "Where {} is missing ({} rows) the target is {:+.4g} off on average: filling in hides that.",
                "{} 열이 빈 행({}개)에서 목표의 평균이 {:+.4g}만큼 다릅니다: 채우면 이것이 숨습니다.")),
            name, report::grouped(finding.count), finding.value);
    }
    return fmt::format(fmt::runtime(in(language, wording.text, wording.text_korean)), fmt::arg("name", name),
                       fmt::arg("names", names_of(finding.columns)), fmt::arg("rest", names_of(finding.columns, 1)),
                       fmt::arg("count", report::grouped(finding.count)), fmt::arg("share", percent(finding.value)),
                       fmt::arg("value", value), fmt::arg("detail", printable(detail)));
}

}  // namespace cellwise::customers
