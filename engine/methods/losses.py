"""Every loss of `engine.losses` that a method minimises: its formula in the TeX of the chapters, and where it is from.

The functions themselves need torch; this table does not, so that screens and pages can show it. Sums of a completion's
log-probabilities: log π(y|x). h is the difference of the log-ratios of both answers, as in DPO.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    formula: str
    source: str


_H = (
    r"h = \log\frac{\pi_\theta(y_w \mid x)}{\pi_{\mathrm{ref}}(y_w \mid x)}"
    r" - \log\frac{\pi_\theta(y_l \mid x)}{\pi_{\mathrm{ref}}(y_l \mid x)}"
)

LOSSES = {
    "sft.sft_loss": Loss(
        r"\mathcal{L} = -\frac{1}{|y|} \sum_t \log \pi_\theta(y_t \mid x, y_{<t})",
        "Ouyang et al. 2022, arXiv:2203.02155, §3.5",
    ),
    "preference.dpo_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[(1 - \varepsilon) \log \sigma(\beta h)"
        r" + \varepsilon \log \sigma(-\beta h)\right], \quad " + _H,
        "Rafailov et al. 2023, arXiv:2305.18290, eq. 7; ε: Mitchell 2023",
    ),
    "preference.soft_dpo_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[p \log \sigma(\beta h) + (1 - p) \log \sigma(-\beta h)\right], \quad " + _H,
        "Lee et al. 2023, arXiv:2309.00267, §2.2.1",
    ),
    "preference.robust_dpo_loss": Loss(
        r"\mathcal{L} = \mathbb{E}\left[\frac{-(1 - \varepsilon) \log \sigma(\beta h)"
        r" + \varepsilon \log \sigma(-\beta h)}{1 - 2\varepsilon}\right], \quad " + _H,
        "Chowdhury et al. 2024, arXiv:2403.00409",
    ),
    "preference.ipo_loss": Loss(
        r"\mathcal{L} = \mathbb{E}\left[\left(h - \frac{1}{2\tau}\right)^2\right], \quad " + _H,
        "Azar et al. 2023, arXiv:2310.12036, eq. 17",
    ),
    "preference.rpo_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[\log \sigma(\beta h)"
        r" + \alpha \frac{\log \pi_\theta(y_w \mid x)}{|y_w|}\right], \quad " + _H,
        "Pang et al. 2024, arXiv:2404.19733, eq. 1",
    ),
    "preference.kto_loss": Loss(
        r"\mathcal{L} = \mathbb{E}\left[\lambda_D (1 - \sigma(\beta(\ell - z_0)))\right]_{y \succ}"
        r" + \mathbb{E}\left[\lambda_U (1 - \sigma(\beta(z_0 - \ell)))\right]_{y \prec},"
        r" \quad \ell = \log\frac{\pi_\theta(y \mid x)}{\pi_{\mathrm{ref}}(y \mid x)}",
        "Ethayarajh et al. 2024, arXiv:2402.01306, eq. 7, 8",
    ),
    "reference_free.orpo_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}[\log P(y_w)]"
        r" - \lambda \, \mathbb{E}\left[\log \sigma\left(\log\frac{P(y_w)}{1 - P(y_w)}"
        r" - \log\frac{P(y_l)}{1 - P(y_l)}\right)\right],"
        r" \quad \log P(y) = \frac{\log \pi_\theta(y \mid x)}{|y|}",
        "Hong et al. 2024, arXiv:2403.07691, eq. 3–7",
    ),
    "reference_free.simpo_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[\log \sigma\left(\frac{\beta}{|y_w|} \log \pi_\theta(y_w \mid x)"
        r" - \frac{\beta}{|y_l|} \log \pi_\theta(y_l \mid x) - \gamma\right)\right]",
        "Meng et al. 2024, arXiv:2405.14734, eq. 6",
    ),
    "reward.reward_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[(1 - \varepsilon) \log \sigma(r_w - r_l - m)"
        r" + \varepsilon \log \sigma(r_l - r_w + m) - c \, (r_w + r_l)^2\right]",
        "Ouyang et al. 2022, arXiv:2203.02155, eq. 1; m: arXiv:2307.09288; c: arXiv:2312.09244; ε: arXiv:2401.06080",
    ),
    "reward.soft_reward_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[p \log \sigma(r_w - r_l) + (1 - p) \log \sigma(r_l - r_w)"
        r" - c \, (r_w + r_l)^2\right]",
        "Lee et al. 2023, arXiv:2309.00267, §2.2.1; Bai et al. 2022, arXiv:2212.08073, §4.1",
    ),
    "reward.ranking_loss": Loss(
        r"\mathcal{L} = -\frac{2}{K^2 - K} \, \mathbb{E}\left[\sum_{w \succ l} \log \sigma(r_w - r_l)\right]",
        "Ouyang et al. 2022, arXiv:2203.02155, eq. 1",
    ),
    "process.outcome_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[c \log \sigma(s) + (1 - c) \log \sigma(-s)\right]",
        "Cobbe et al. 2021, arXiv:2110.14168, §4.2",
    ),
    "process.process_loss": Loss(
        r"\mathcal{L} = -\frac{1}{M} \sum_{t \le t_1} \left[c_t \log \sigma(s_t)"
        r" + (1 - c_t) \log \sigma(-s_t)\right], \quad t_1 = \min\{t : c_t = 0\}",
        "Lightman et al. 2023, arXiv:2305.20050, §2.6",
    ),
    "policy_gradient.reinforce_loss": Loss(
        r"\mathcal{L} = -\mathbb{E}\left[\hat{A} \, \log \pi_\theta(y \mid x)\right],"
        r" \quad \hat{A} = r - \beta \sum_t \log\frac{\pi_\theta(y_t)}{\pi_{\mathrm{ref}}(y_t)} - b",
        "Williams 1992; Ahmadian et al. 2024, arXiv:2402.14740, §3",
    ),
    "policy_gradient.clipped_surrogate": Loss(
        r"\mathcal{L} = -\mathbb{E}_t\left[\min(\rho_t \hat{A}_t,"
        r" \operatorname{clip}(\rho_t, 1 - \varepsilon, 1 + \varepsilon) \hat{A}_t)\right],"
        r" \quad \rho_t = \frac{\pi_\theta(y_t)}{\pi_{\mathrm{old}}(y_t)}",
        "Schulman et al. 2017, arXiv:1707.06347, eq. 7",
    ),
    "policy_gradient.value_loss": Loss(
        r"\mathcal{L}_V = \frac{1}{2} \, \mathbb{E}_t\left[\max\left((V_t - \hat{R}_t)^2,"
        r" (\operatorname{clip}(V_t, V_{\mathrm{old}} \pm \varepsilon_v) - \hat{R}_t)^2\right)\right]",
        "Huang et al. 2022, “The 37 implementation details of PPO”, 9",
    ),
    "policy_gradient.gae": Loss(
        r"\hat{A}_t = \sum_l (\gamma\lambda)^l \delta_{t+l}, \quad \delta_t = r_t + \gamma V_{t+1} - V_t",
        "Schulman et al. 2016, arXiv:1506.02438, eq. 16",
    ),
    "policy_gradient.grpo_advantages": Loss(
        r"\hat{A}_i = \frac{R_i - \bar{R}}{\operatorname{std}(R)}",
        "Shao et al. 2024, arXiv:2402.03300, §4.1.2",
    ),
    "policy_gradient.rloo_advantages": Loss(
        r"\hat{A}_i = R_i - \frac{1}{K - 1} \sum_{j \ne i} R_j",
        "Ahmadian et al. 2024, arXiv:2402.14740, eq. 8",
    ),
    "policy_gradient.kl_estimate": Loss(
        r"k_1 = -\log r, \quad k_3 = (r - 1) - \log r,"
        r" \quad r = \frac{\pi_{\mathrm{ref}}(y_t)}{\pi_\theta(y_t)}",
        "Schulman 2020, “Approximating KL divergence”",
    ),
}
"""By module and name under `engine.losses`. Advantages and the KL of a sample belong to what is minimised online."""
