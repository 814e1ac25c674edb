using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace SpotArtifacts.Studio.Server;

/// <summary>What every request must pass, and what every answer says to the browser about safety.</summary>
internal static class RequestChecks
{
    private const string Cookie = "spot-studio", Parameter = "token", Bearer = "Bearer ";

    private const string ContentPolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        + "script-src 'self'; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        + "frame-ancestors 'none'";

    /// <summary>Headers of every answer.</summary>
    internal static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        return next(context);
    });

    /// <summary>
    /// Refuses what a page of another origin sends: browsers let any page open a web socket to this machine, or post a form to it.
    /// </summary>
    internal static void UseSameOrigin(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        string? origin = context.Request.Headers.Origin;
        string own = $"{context.Request.Scheme}://{context.Request.Host}";
        if (origin is null || string.Equals(origin, own, StringComparison.OrdinalIgnoreCase))
            return next(context);
        return Refuse(context, StatusCodes.Status403Forbidden, "This request comes from a page of another origin.");
    });

    /// <summary>
    /// Lets only those in who know the token: from the address that was printed, which gives the browser a cookie, or in the
    /// header <c>Authorization: Bearer</c>.
    /// </summary>
    internal static void UseToken(this IApplicationBuilder app, string token)
    {
        byte[] expected = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        app.Use((context, next) =>
        {
            HttpRequest request = context.Request;
            string? bearer = request.Headers.Authorization;
            if (IsRight(request.Cookies[Cookie])
                || bearer?.StartsWith(Bearer, StringComparison.Ordinal) == true && IsRight(bearer[Bearer.Length..]))
                return next(context);
            if (!IsRight(request.Query[Parameter]))
                return Refuse(context, StatusCodes.Status401Unauthorized,
                    "Open the address that spot studio printed: it has the token in it.");
            context.Response.Cookies.Append(Cookie, token, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                IsEssential = true,
            });
            QueryBuilder rest = new(request.Query.Where(pair => pair.Key != Parameter));
            context.Response.Redirect(request.PathBase + request.Path + rest.ToQueryString());
            return Task.CompletedTask;
        });

        // Hashes are of one length, so that the time tells nothing of the token's.
        bool IsRight(string? given) => given is not null
            && CryptographicOperations.FixedTimeEquals(expected, SHA256.HashData(Encoding.UTF8.GetBytes(given)));
    }

    /// <summary>A token that nobody guesses.</summary>
    internal static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    private static Task Refuse(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why);
    }
}
