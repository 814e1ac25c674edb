using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>A linear head and its optimiser in words for the report, read from the options that train it.</summary>
internal static class HeadText
{
    /// <summary>What stands before the weights, and how they begin.</summary>
    internal static string Head(LayerwiseHeadOptions options)
    {
        LinearHeadOptions head = options.Head;
        IEnumerable<string> parts =
        [
            .. options.RootMeanSquare is { } wanted
                ? [$"each layer's features divided by one number, so that their root mean square is {Number(wanted)}"]
                : (string[])[],
            .. head.Norm is { } norm
                ? [$"batch norm without scale and shift (momentum {Number(norm.Momentum)}, eps {Number(norm.Epsilon)})"]
                : (string[])[],
            "linear layer with bias",
            "initial weights "
                + (head.FanInDeviation ? "N(0, 1 / sqrt(3 D)), D being the numbers of the layer"
                    : head.InitialDeviation > 0 ? $"N(0, {Number(head.InitialDeviation)})" : "0")
                + ", biases 0",
        ];
        return string.Join("; ", parts);
    }

    /// <summary>The update rule; the schedule of the rate is the protocol's.</summary>
    internal static string Optimizer(LinearHeadOptions head)
    {
        string nesterov = head.Nesterov ? ", Nesterov" : "",
        biases = head.BiasRate == 1 ? "" : $"; biases at {Number(head.BiasRate)} times the rate";
        return $"SGD, momentum {Number(head.Momentum)}{nesterov}; L2 on weights "
            + $"{(head.BiasDecays ? "and biases" : "alone")}{biases}";
    }

    /// <summary>A table of rates: factors, and the shares of the steps from which they hold.</summary>
    internal static string Table(IEnumerable<(double From, double Share)> table)
    {
        (double From, double Share)[] rows = [.. table];
        return $"rate {string.Join(", ", rows.Select(row => "x" + Number(row.Share)))} from "
            + $"{string.Join(", ", rows.Select(row => Number(100 * row.From)))} % of the steps";
    }

    internal static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture) is var text
        && text != "0" || value == 0
        ? text : value.ToString("0.####e0", CultureInfo.InvariantCulture);
}
