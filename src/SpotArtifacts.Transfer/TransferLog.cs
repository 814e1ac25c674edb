using Microsoft.Extensions.Logging;

namespace SpotArtifacts.Transfer;

/// <summary>What evaluation says while it works.</summary>
internal static partial class TransferLog
{
    [LoggerMessage(201, LogLevel.Warning, "left out: {Image}: {Reason}")]
    internal static partial void ImageLeftOut(this ILogger logger, string image, string reason);

    [LoggerMessage(202, LogLevel.Warning, "{Damaged} of {Images} images are damaged and left out")]
    internal static partial void ImagesLeftOut(this ILogger logger, int damaged, int images);

    [LoggerMessage(203, LogLevel.Warning, "{Difference}")]
    internal static partial void ClassesDiffer(this ILogger logger, string difference);
}
