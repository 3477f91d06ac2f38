"use strict";

// Shows Swagger UI.

const place = document.getElementById("swagger-ui");

// Operations that anonymous clients may use show no padlock: one of the ways to authenticate is none.
function padlocksWhereNeeded({ React }) {
  const isOpen = (security) => Boolean(security && security.some((way) => way.size === 0));
  return {
    wrapComponents: {
      OperationSummary: (Original) => (props) => {
        const { operationProps } = props;
        const shown = isOpen(operationProps.get("security")) ? operationProps.delete("security") : operationProps;
        return React.createElement(Original, { ...props, operationProps: shown });
      },
    },
  };
}

// What assistive technology needs: no link inside a button, no level of headings left out, all content in a landmark.
function structure({ React }) {
  const landmark = (label) => (Original) => (props) =>
    React.createElement("section", { "aria-label": label }, React.createElement(Original, props));
  return {
    wrapComponents: {
      InfoContainer: landmark("Introduction"),
      AuthorizeBtnContainer: landmark("Credentials"),
      DeepLink: () => ({ text }) => React.createElement("span", null, text),
      operations: (Original) => (props) => [
        React.createElement("h2", { key: "title", className: "unseen" }, "Operations"),
        React.createElement(Original, { key: "operations", ...props }),
      ],
    },
  };
}

// Choices without a label bear their parameter's name, and code that scrolls can be reached by keyboard.
new MutationObserver(() => {
  for (const choice of place.querySelectorAll("select:not([aria-label], [id])")) {
    choice.setAttribute("aria-label", choice.closest("[data-param-name]")?.dataset.paramName || "Example");
  }
  for (const code of place.querySelectorAll("pre.microlight:not([tabindex])")) code.tabIndex = 0;
}).observe(place, { childList: true, subtree: true });

// A logged-in browser proves with this header that a POST comes from this page.
function withToken(request) {
  if (request.method && request.method !== "GET" && new URL(request.url, location.href).origin === location.origin) {
    request.headers["X-CSRFToken"] = place.dataset.csrf;
  }
  return request;
}

SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [padlocksWhereNeeded, structure],
  layout: "BaseLayout",
  requestInterceptor: withToken,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
});
